"""The broker as authoring sees it: nudges that never hold a writer up, and how much waits."""

import logging
import time

from amqp.exceptions import ChannelError, NotFound
from celery import current_app
from django.conf import settings
from kombu.connection import Connection
from kombu.exceptions import ChannelError as KombuChannelError
from kombu.exceptions import OperationalError
from kombu.pools import producers

from cms import channels

logger = logging.getLogger(__name__)

PATIENCE = 0.3
"""Seconds that a writer waits for the broker to take a nudge."""

REST = 10.0
"""Seconds without nudges after one that failed: beat relays anyway."""

_resting_until = 0.0


def nudge(task: str) -> None:
    """Ask for `task` soon, or give up within a third of a second and stay quiet for ten."""
    global _resting_until
    if settings.INLINE:
        current_app.send_task(task)
        return
    if time.monotonic() < _resting_until:
        return
    try:
        with producers[_impatient()].acquire(block=True, timeout=PATIENCE) as producer:
            current_app.send_task(task, producer=producer, retry=False, expires=10)
    except Exception as error:  # whatever the broker's client raises: the row is owed, and this is a nudge
        _resting_until = time.monotonic() + REST
        logger.warning("the broker took no nudge (%s); relaying by beat for %s s", type(error).__name__, REST)


def batches_waiting() -> int:
    """How many batches wait in the broker for a projector. Raises `ConnectionError` when it is down."""
    if settings.INLINE:
        return 0
    try:
        with current_app.pool.acquire(block=True) as connection:
            declared = connection.default_channel.queue_declare(channels.PUBLISHING, passive=True)
            return int(declared.message_count)
    except (ChannelError, KombuChannelError, NotFound):
        return 0
    except OperationalError as error:
        raise ConnectionError(str(error)) from error


def _impatient() -> Connection:
    options = {
        **settings.CELERY_BROKER_TRANSPORT_OPTIONS,
        "socket_timeout": PATIENCE,
        "socket_connect_timeout": PATIENCE,
        "read_timeout": PATIENCE,
        "write_timeout": PATIENCE,
        "connect_timeout": PATIENCE,
        # A nudge may be lost; waiting to hear that it was not costs three times the patience when it was.
        "confirm_publish": False,
        "max_retries": 0,
    }
    return Connection(settings.CELERY_BROKER_URL, transport_options=options)
