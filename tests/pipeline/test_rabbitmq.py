"""RabbitMQ as the wire, where it is installed: the same path, and the same patience when it is gone."""

import json
import signal
import subprocess
import time
from collections.abc import Iterator

import pytest
from django.contrib.auth import get_user_model

from authoring.models import Article
from authoring.services import tokens
from cms.databases import READ, WRITE
from tests.pipeline import machines
from tests.pipeline.builders import draft, path, status, withdraw
from tests.pipeline.machines import get, until
from tests.pipeline.rabbitmq import PROGRAM, RabbitMQ, rabbitmq

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=[WRITE, READ]),
    pytest.mark.skipif(not PROGRAM.exists(), reason="no RabbitMQ: install the package rabbitmq-server"),
]


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitMQ]:
    with rabbitmq(tmp_path_factory.mktemp("rabbitmq")) as broker:
        yield broker


def test_publish_and_withdraw_over_rabbitmq_which_may_freeze_and_die(broker: RabbitMQ):
    key = tokens.create(get_user_model().objects.create_superuser("chief"), name="test")[1]
    wire = {"BROKER_URL": broker.url, "CMS_SHAPE": "split"}
    with (
        machines.web("authoring", **wire) as desk,
        machines.web("publishing", **wire) as site,
        machines.worker("authoring", **wire) as authoring,
        machines.worker("publishing", **wire) as publishing,
        machines.process(*machines.BEAT, "--max-interval", "1", side="authoring", **wire) as beat,
    ):
        first, frozen, dead = draft(), draft(), draft()
        publish(desk, key, first)
        until(lambda: get(site + path(first))[0] == 200, "a page", authoring, publishing, beat)
        for article, outage, end in (
            (frozen, lambda: broker.signal(signal.SIGSTOP), lambda: broker.signal(signal.SIGCONT)),
            (dead, broker.kill, broker.start),
        ):
            outage()
            try:
                took = publish(desk, key, article)
            finally:
                end()
            assert took < 1
            until(lambda one=article: status(path(one)) == 200, "late", authoring, publishing, beat)
        withdraw(first)
        until(lambda: get(site + path(first))[0] == 410, "gone", authoring, publishing, beat)


def publish(desk: str, key: str, article: Article) -> float:
    """Over the API; how many seconds the answer took."""
    address = f"{desk}/api/authoring/v1/articles/{article.pk}/publish/"
    headers = {"Authorization": f"Token {key}", "Content-Type": "application/json"}
    started = time.monotonic()
    answered, body = get(address, data=b"{}", headers=headers)
    assert (answered, json.loads(body)["version"]) == (202, 1)
    return time.monotonic() - started


def test_fresh_process_is_not_held_up_by_a_frozen_rabbitmq(broker: RabbitMQ):
    """It must connect first, which takes patience of another kind."""
    key = tokens.create(get_user_model().objects.create_superuser("chief"), name="test")[1]
    with machines.web("authoring", BROKER_URL=broker.url, CMS_SHAPE="split") as desk:
        broker.signal(signal.SIGSTOP)
        try:
            took = publish(desk, key, draft())
        finally:
            broker.signal(signal.SIGCONT)
    assert took < 1


def test_queue_that_rabbitmq_does_not_know_yet_is_empty(broker: RabbitMQ):
    # Twice, because RabbitMQ closes the channel of whoever asks for such a queue.
    code = "from authoring.wire import *; channels.PUBLISHING = 'none'; print(batches_waiting(), batches_waiting())"
    variables = machines.environment("authoring", BROKER_URL=broker.url, CMS_SHAPE="split")
    command = [str(machines.BIN / "python"), "manage.py", "shell", "--no-imports", "-c", code]
    done = subprocess.run(command, env=variables, capture_output=True, text=True)
    assert (done.stdout.strip(), done.stderr) == ("0 0", "")
