"""The Celery application: tasks over a broker, or inline where there is none."""

import gc
import os
import sys
from typing import Any

from celery import Celery, signals
from django.conf import settings
from django.db import connections

from cms import channels
from cms.patience import wait_at_most

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")


class Imprint(Celery):
    """Sends by name to the queue of the side that the name begins with.

    In the shape `single` there is no broker: a task that is sent runs at once, in this process.
    """

    def send_task(self, name: str, args: Any = None, kwargs: Any = None, **options: Any) -> Any:
        if settings.INLINE:
            self.loader.import_default_modules()
            return self.tasks[name](**(kwargs or {}))
        options.setdefault("queue", channels.queue_of(name))
        return super().send_task(name, args, kwargs, **options)


PATIENCE = 30.0
"""Seconds that a worker of authoring waits for one answer: it ends its task by itself, before its time does."""

app = Imprint("imprint")
app.set_default()
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(
    lambda: [name for name in ("authoring", "publishing") if name in settings.INSTALLED_APPS]
)


# Celery would close the pool of connections after each task, and each task then waits 20 ms for a new one.
# Instead connections go back to the pool, which looks whether they live when it lends them.
app.conf["CELERY_DB_REUSE_MAX"] = sys.maxsize


@signals.task_postrun.connect
def return_connections(**_: Any) -> None:
    """Give connections back to the pool."""
    if not settings.INLINE:
        for connection in connections.all(initialized_only=True):
            connection.close()


@signals.worker_process_init.connect
def lose_patience(**_: Any) -> None:
    """A database that is frozen holds no worker of authoring for ever; what it did is done again."""
    if settings.AUTHORING:
        wait_at_most(PATIENCE)


@signals.worker_process_init.connect
def collect_rarely(**_: Any) -> None:
    """Rendering makes many objects and few cycles: at Python's default, collecting took 40 % of a replay."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def every(task: str, seconds: float, **kwargs: Any) -> dict[str, Any]:
    """A tick. It expires before the next: ticks that nobody took do not pile up."""
    options = {"queue": channels.queue_of(task), "expires": max(seconds, 1.0)}
    return {"task": task, "schedule": seconds, "kwargs": kwargs, "options": options}


AUTHORING_TICKS = {
    "publish what is due": every(channels.PUBLISH_DUE, 1.0),
    "relay what is owed": every(channels.RELAY, 2.0),
    "mail what inboxes say": every(channels.MAIL, 5.0),
    "restate articles whose tags or authors changed": every(channels.RESTATE, 5.0),
    "send manifests": every(channels.SEND_MANIFESTS, 3600.0),
    "compact the outbox": every(channels.COMPACT, 3600.0),
    "go on with bulk jobs": every(channels.BULK, 10.0),
    "make the audit log's next months": every(channels.MAKE_AUDIT_MONTHS, 3600.0),
    "thin out what the editor saved by itself": every(channels.THIN, 3600.0),
    "empty the trash of what is old": every(channels.PURGE_TRASH, 3600.0),
    "forget failed logins and sessions that are over": every(channels.FORGET_EXPIRED, 3600.0),
}
PUBLISHING_TICKS = {
    "refresh what is queued": every(channels.REFRESH, 2.0),
    "count words": every(channels.COUNT_WORDS, 60.0),
    "inspect own rows": every(channels.INSPECT, 3600.0),
    **({"tell the cache": every(channels.PURGE, 1.0)} if settings.PURGE_URL else {}),
}
REPLICA_TICKS = {"report what replicas show": every(channels.REPORT_REPLICAS, 2.0)}

app.conf.task_default_queue = channels.AUTHORING if settings.AUTHORING else channels.PUBLISHING
app.conf.beat_schedule = {
    **(AUTHORING_TICKS if settings.AUTHORING else {}),
    **(PUBLISHING_TICKS if settings.PUBLISHING else {}),
    **(REPLICA_TICKS if settings.REPLICAS else {}),
}
