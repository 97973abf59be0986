"""One settings file; environments differ by variables, all of them listed in .env.example."""

import datetime as dt
import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.templatetags.static import static
from django.urls import reverse_lazy

from cms.databases import READ, WRITE
from cms.patience import PatientConnection, ReaderConnection

BASE_DIR = Path(__file__).resolve().parent.parent


def flag(name: str, default: bool = False) -> bool:
    return os.environ.get(name, str(default)).lower() in ("1", "true", "yes", "on")


def words(name: str) -> list[str]:
    return [word.strip() for word in os.environ.get(name, "").split(",") if word.strip()]


# --- Shape and side ------------------------------------------------------------------------------

SIDE = os.environ.get("CMS_SIDE", "all")
SHAPE = os.environ.get("CMS_SHAPE", "single")
if SIDE not in ("authoring", "publishing", "all"):
    raise SystemExit(f"CMS_SIDE is {SIDE!r}; it must be authoring, publishing or all.")
if SHAPE not in ("single", "split", "distributed"):
    raise SystemExit(f"CMS_SHAPE is {SHAPE!r}; it must be single, split or distributed.")
AUTHORING = SIDE in ("authoring", "all")
PUBLISHING = SIDE in ("publishing", "all")

# --- Security ------------------------------------------------------------------------------------

DEBUG = flag("DEBUG")
SECRET_KEY = os.environ.get("SECRET_KEY", "")
ALLOWED_HOSTS = words("ALLOWED_HOSTS") or ["127.0.0.1", "localhost"]
SITE_URL = os.environ.get("SITE_URL", "http://127.0.0.1:8000").rstrip("/")
AUTHORING_URL = os.environ.get("AUTHORING_URL", "http://127.0.0.1:8001").rstrip("/")
CSRF_TRUSTED_ORIGINS = [AUTHORING_URL]
HTTPS = (AUTHORING_URL if SIDE == "authoring" else SITE_URL).startswith("https://")
SECURE_SSL_REDIRECT = HTTPS and flag("SECURE_SSL_REDIRECT", True)
SECURE_HSTS_SECONDS = int(os.environ.get("HSTS_SECONDS", "31536000")) if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS and flag("HSTS_SUBDOMAINS", True)
if flag("BEHIND_PROXY"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# How many proxies stand in front: whose address the throttles count.
NUM_PROXIES = int(os.environ.get("NUM_PROXIES", "0"))
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
X_FRAME_OPTIONS = "DENY"

# --- Applications --------------------------------------------------------------------------------

INSTALLED_APPS = [
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "psqlextra",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "cms",
]
if AUTHORING:
    INSTALLED_APPS = [
        "unfold",
        "unfold.contrib.filters",
        "django.contrib.admin",
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
        "axes",
        "django_celery_beat",
        "django_otp",
        "django_otp.plugins.otp_static",
        "django_otp.plugins.otp_totp",
        *INSTALLED_APPS,
        "authoring",
    ]
if PUBLISHING:
    INSTALLED_APPS += ["publishing"]

MIDDLEWARE = ["django.middleware.security.SecurityMiddleware", "whitenoise.middleware.WhiteNoiseMiddleware"]
if AUTHORING:
    MIDDLEWARE += [
        "authoring.outage.bounded",
        "authoring.middleware.policy",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django_otp.middleware.OTPMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "authoring.ways.TellWay",
        "authoring.admin.queries.refuse_nul",
        "authoring.middleware.Gate",
        "axes.middleware.AxesMiddleware",
    ]
else:
    # A side without forms, sessions and cookies has nothing that a forged request could use.
    SILENCED_SYSTEM_CHECKS = ["security.W003"]
if SIDE == "all":
    # Each API has a document of its own; the check reads both as one and finds names twice.
    SILENCED_SYSTEM_CHECKS = ["drf_spectacular.W001"]
MIDDLEWARE += ["django.middleware.clickjacking.XFrameOptionsMiddleware"]
if PUBLISHING:
    MIDDLEWARE += ["publishing.views.DatabaseDown"]

# --- Logging in -----------------------------------------------------------------------------------

# Cookies of this host alone, where it speaks HTTPS: no other host of the domain can set them.
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "sessionid"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrftoken"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
# After how long a session ends in any case, and after how long in which nothing was done.
SESSION_COOKIE_AGE = int(os.environ.get("SESSION_DAYS", "14")) * 86_400
SESSION_IDLE = dt.timedelta(minutes=int(os.environ.get("SESSION_IDLE_MINUTES", "720")))

# Who cannot work before a second factor is set up: nobody, publishers (with whoever may change users), everybody.
TWO_FACTOR = os.environ.get("TWO_FACTOR", "nobody")
if TWO_FACTOR not in ("nobody", "publishers", "everybody"):
    raise SystemExit(f"TWO_FACTOR is {TWO_FACTOR!r}; it must be nobody, publishers or everybody.")
OTP_TOTP_ISSUER = f"Imprint {urlsplit(AUTHORING_URL).hostname}"

AUTHENTICATION_BACKENDS = [
    *(["axes.backends.AxesStandaloneBackend"] if AUTHORING else []),
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        ("UserAttributeSimilarityValidator", {}),
        ("MinimumLengthValidator", {"min_length": 12}),
        ("CommonPasswordValidator", {}),
        ("NumericPasswordValidator", {}),
    )
]
# So many failures of one name from one address; then nobody logs in by both until the time is over.
AXES_FAILURE_LIMIT = int(os.environ.get("LOGIN_FAILURES", "5"))
AXES_COOLOFF_TIME = dt.timedelta(minutes=int(os.environ.get("LOGIN_COOL_OFF_MINUTES", "15")))
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_CLIENT_IP_CALLABLE = "authoring.admin.signing_in.address"
AXES_LOCKOUT_CALLABLE = "authoring.admin.signing_in.locked_out"
AXES_ENABLE_ADMIN = AXES_VERBOSE = False
AXES_DISABLE_ACCESS_LOG = True
# Neither in the table of attempts nor in a log: a password is sometimes typed into the wrong field.
AXES_SENSITIVE_PARAMETERS = ["username", "code"]

LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
APPEND_SLASH = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEST_RUNNER = "django.test.runner.DiscoverRunner"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
            if AUTHORING
            else [],
        },
    }
]

# --- Databases -----------------------------------------------------------------------------------


def database(
    url: str, schema: str = "public", connection_class: type = PatientConnection
) -> dict[str, object]:
    """Django's settings of `postgres://user:password@host:port/name`."""
    parts = urlsplit(url)
    search_path = schema if schema == "public" else f"{schema},public"
    return {
        "ENGINE": "psqlextra.backend",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": parts.port or "",
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "connect_timeout": 2,
            "options": f"-c search_path={search_path}",
            # A pool that keeps trying waits longer each time; one that gives up tries again for the next request.
            "pool": {
                "min_size": 1,
                "max_size": int(os.environ.get("DATABASE_POOL", "8")),
                "timeout": 1,
                "reconnect_timeout": 1,
                "connection_class": connection_class,
            },
        },
        "SCHEMA": schema,
        "TEST": {"DEPENDENCIES": []},
    }


def _database_of_readers(url: str, schema: str) -> dict[str, object]:
    """The same of a replica: who gets no connection soon asks the next, and no statement takes long."""
    settings = database(url, schema, connection_class=ReaderConnection)
    options: dict[str, object] = settings["OPTIONS"]  # type: ignore[assignment]
    options["options"] = f"{options['options']} -c statement_timeout=2000"
    options["tcp_user_timeout"] = 2000
    options["pool"] = {**options["pool"], "timeout": 0.3}  # type: ignore[dict-item]
    return settings


WRITE_DATABASE_URL = os.environ.get("WRITE_DATABASE_URL", "")
READ_DATABASE_URL = os.environ.get("READ_DATABASE_URL", "") or (
    WRITE_DATABASE_URL if SHAPE == "single" else ""
)
READ_REPLICA_URLS = words("READ_REPLICA_URLS")

# An unused alias is the dummy engine, not {}: psqlextra looks at the engine's name.
DATABASES: dict[str, dict[str, object]] = {
    WRITE: {"ENGINE": "django.db.backends.dummy", "TEST": {"DEPENDENCIES": []}}
}
if AUTHORING and WRITE_DATABASE_URL:
    DATABASES[WRITE] = database(WRITE_DATABASE_URL, "authoring" if SHAPE == "single" else "public")
if PUBLISHING and READ_DATABASE_URL:
    DATABASES[READ] = database(
        READ_DATABASE_URL, "publishing" if SHAPE == "single" else "public", connection_class=ReaderConnection
    )
REPLICAS = [f"replica{number}" for number, _ in enumerate(READ_REPLICA_URLS, start=1)] if PUBLISHING else []
for alias, url in zip(REPLICAS, READ_REPLICA_URLS, strict=False):
    DATABASES[alias] = _database_of_readers(url, "publishing" if SHAPE == "single" else "public")
# Off: readers are answered from the primary alone, whatever replicas there are.
READ_FROM_REPLICAS = bool(REPLICAS) and flag("READ_FROM_REPLICAS", True)
# Seconds that a replica may lag behind and still answer readers.
REPLICA_MAX_LAG = float(os.environ.get("REPLICA_MAX_LAG", "5"))

DATABASE_ROUTERS = ["config.routers.SideRouter"]
POSTGRES_EXTRA_AUTO_EXTENSION_SET_UP = False
# The admin and the API commit by themselves: a publish must never wait for the end of a request.
ATOMIC_REQUESTS = False

# Finished pages in the memory of each process of the public site.
PAGE_CACHE_MB = int(os.environ.get("PAGE_CACHE_MB", "64"))

# A cache in front that is told which pages changed, by what it knows them, and a header that it asks for.
PURGE_URL = os.environ.get("PURGE_URL", "")
PURGE_BY = os.environ.get("PURGE_BY", "path")
if PURGE_BY not in ("path", "surrogate-key", "xkey"):
    raise SystemExit(f"PURGE_BY is {PURGE_BY!r}; it must be path, surrogate-key or xkey.")
PURGE_HEADER = os.environ.get("PURGE_HEADER", "")

# --- Celery --------------------------------------------------------------------------------------

INLINE = SHAPE == "single"
# One worker is left to articles while the others render lists; with none, lists would stay as they are.
REFRESHERS = max(1, int(os.environ.get("REFRESHERS") or int(os.environ.get("WORKERS") or 2) - 1))
CELERY_BROKER_URL = os.environ.get("BROKER_URL", "") or "memory://"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # Redelivery of what a killed worker held: after this many seconds, looked for at every beat of
    # the event loop. The defaults are an hour and a hundred seconds.
    "visibility_timeout": 120,
    "unacked_restore_throttle": 1,
    # kombu's defaults are None: a frozen Redis would hang a process for ever.
    "socket_connect_timeout": 1,
    "socket_timeout": 5,
    "socket_keepalive": True,
    "health_check_interval": 25,
    "retry_on_timeout": False,
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.1,
    "interval_max": 0.1,
    # The same for RabbitMQ, whose client calls it otherwise and says only when asked that a message has arrived.
    "connect_timeout": 1,
    "read_timeout": 5,
    "write_timeout": 5,
    "confirm_publish": True,
}
CELERY_TASK_PUBLISH_RETRY_POLICY = {
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.1,
    "interval_max": 0.1,
}
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 20.0
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 60
CELERY_TASK_SOFT_TIME_LIMIT = 45
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"

# --- Trash ---------------------------------------------------------------------------------------

TRASH_DAYS = int(os.environ.get("TRASH_DAYS", "30"))

# --- Mail ----------------------------------------------------------------------------------------

# A mail server; empty: no mail is sent; `console`: mail is printed, for development.
EMAIL_HOST = os.environ.get("EMAIL_HOST", "")
EMAIL_BACKEND = f"django.core.mail.backends.{'console' if EMAIL_HOST == 'console' else 'smtp'}.EmailBackend"
EMAIL_PORT = int(os.environ.get("EMAIL_PORT", "587"))
EMAIL_HOST_USER = os.environ.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_SSL = flag("EMAIL_USE_SSL")
EMAIL_USE_TLS = flag("EMAIL_USE_TLS", not EMAIL_USE_SSL)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = os.environ.get("EMAIL_FROM", "imprint@localhost")

# --- Outbox --------------------------------------------------------------------------------------

OUTBOX_RETENTION_DAYS = int(os.environ.get("OUTBOX_RETENTION_DAYS", "30"))

# --- Files ---------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = os.environ.get("STATIC_ROOT", str(BASE_DIR / "static-collected"))
MEDIA_URL = "/media/"
MEDIA_ROOT = os.environ.get("MEDIA_ROOT", str(BASE_DIR / "media"))
MEDIA_BUCKET = os.environ.get("MEDIA_BUCKET", "")
STORAGES = {
    "default": {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": MEDIA_BUCKET,
            "endpoint_url": os.environ.get("MEDIA_ENDPOINT_URL") or None,
            "location": "media",
        },
    }
    if MEDIA_BUCKET
    else {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or not flag("STATIC_MANIFEST", True)
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_MANIFEST_STRICT = False
# A picture may be 20 MB, a body 256 kB.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_500_000

# --- Languages and time --------------------------------------------------------------------------

# The language of the interface, and of the articles whose paths carry no language.
LANGUAGE_CODE = os.environ.get("SITE_LANGUAGE", "en")
USE_I18N = True
USE_TZ = True
TIME_ZONE = os.environ.get("TIME_ZONE", "UTC")

# --- API -----------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    # The public API knows nobody; authoring/api/access.py opts in to tokens.
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "UNAUTHENTICATED_USER": None,
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_RATES": {
        "anon": os.environ.get("API_THROTTLE", "120/min") or None,
        "suggest": os.environ.get("SUGGEST_THROTTLE", "600/min") or None,
    },
    "NUM_PROXIES": NUM_PROXIES,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Imprint",
    "DESCRIPTION": "The published articles of one publication, as JSON.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

# How often one address may open preview links; empty: as often as it likes.
PREVIEW_THROTTLE = os.environ.get("PREVIEW_THROTTLE", "60/min")

# --- Admin ---------------------------------------------------------------------------------------


UNFOLD = {
    "SITE_TITLE": "Imprint",
    "SITE_HEADER": "Imprint",
    "SITE_SUBHEADER": "What readers will see",
    "SITE_SYMBOL": "auto_stories",
    "SITE_URL": SITE_URL,
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("cms/mark.svg")}
    ],
    "SHOW_VIEW_ON_SITE": True,
    "DASHBOARD_CALLBACK": "authoring.admin.dashboard.context",
    "STYLES": [
        lambda request: static("authoring/admin.css"),
        lambda request: static("authoring/safety.css"),
        lambda request: static("authoring/review.css"),
    ],
    "BORDER_RADIUS": "6px",
    "ACCOUNT": {
        "navigation": [{"title": "Two-factor and sessions", "link": reverse_lazy("admin:two_factor")}]
    },
    "SIDEBAR": {"navigation": "authoring.admin.sidebar.navigation"},
    "COLORS": {
        "primary": {
            "50": "oklch(97.6% .012 202)",
            "100": "oklch(94.2% .026 202)",
            "200": "oklch(88.6% .045 203)",
            "300": "oklch(80.4% .065 204)",
            "400": "oklch(70.2% .085 206)",
            "500": "oklch(59.4% .085 208)",
            "600": "oklch(47.6% .073 208)",
            "700": "oklch(41.8% .064 209)",
            "800": "oklch(36.2% .054 210)",
            "900": "oklch(31.4% .045 211)",
            "950": "oklch(23.6% .036 212)",
        }
    },
}

# --- Logging -------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": os.environ.get("LOG_LEVEL", "INFO")},
    # Celery logs the arguments of the tasks that it receives at INFO; messages are public, but long.
    "loggers": {"celery.worker.strategy": {"level": "WARNING"}, "celery.app.trace": {"level": "WARNING"}},
}
