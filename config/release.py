"""What a new version does once, before it serves."""

import django
from django.core.management import call_command, get_commands


def release(verbosity: int = 1) -> None:
    """Migrate the databases that this process has credentials for, grant the roles, collect static files."""
    from django.conf import settings

    for alias, database in settings.DATABASES.items():
        if alias not in settings.REPLICAS and "dummy" not in str(database["ENGINE"]):
            call_command("migrate", database=alias, interactive=False, verbosity=verbosity)
    if "grant_roles" in get_commands():
        call_command("grant_roles", verbosity=verbosity)
    call_command("collectstatic", interactive=False, verbosity=verbosity)


if __name__ == "__main__":
    django.setup()
    release()
