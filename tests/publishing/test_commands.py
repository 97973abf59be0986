"""Publishing's commands."""

import pytest
from celery import current_app
from django.core.management import CommandError, call_command

from publishing.models import Page, Position, PublishedArticle, Refresh
from tests.publishing.builders import days, project, published, show, withdrawn


@pytest.fixture
def sent(monkeypatch):
    """The messages that were sent, instead of sending them."""
    messages: list[tuple[str, dict]] = []
    monkeypatch.setattr(
        current_app, "send_task", lambda name, kwargs=None, **_: messages.append((name, kwargs))
    )
    return messages


def run(capsys, *arguments: str) -> str:
    call_command(*arguments)
    return capsys.readouterr().out


def test_rebuild_asks_for_everything_by_message(sent, capsys):
    assert run(capsys, "rebuild") == "Asked for everything.\n"
    assert sent == [("authoring.resend", {"addresses": None})]


def test_rebuild_asks_for_what_is_named(sent, capsys):
    assert run(capsys, "rebuild", "article:a", "site:site") == "Asked for 2.\n"
    assert sent == [("authoring.resend", {"addresses": [["article", "a"], ["site", "site"]]})]


@pytest.mark.parametrize("address", ["a", "article:", ":a", "poem:a"])
def test_rebuild_refuses_what_is_no_address(sent, address):
    with pytest.raises(CommandError, match="is not of the form kind:key"):
        call_command("rebuild", address)

    assert sent == []


def test_refresh_pages_renders_what_is_queued(capsys):
    project(published())

    run(capsys, "refresh_pages")

    assert not Refresh.objects.exists()
    assert Page.objects.filter(path="/").exists()


def test_refresh_pages_all_renders_every_page(capsys):
    show(published())
    Page.objects.filter(path__in=["/", "/a/"]).update(etag="damaged")

    assert run(capsys, "refresh_pages", "--all").endswith("entries of the queue are done.\n")

    assert not Page.objects.filter(etag="damaged").exists()


def test_reconcile_says_what_it_mended_and_asks_for_the_rest(sent, capsys):
    show(published(), published(key="b", published_at=days(1)))
    PublishedArticle.objects.filter(key="a").update(summary="Damaged")
    Position.objects.filter(key="b").update(message="{}")

    assert run(capsys, "reconcile").splitlines() == [
        "article b: the stored message changed; asked authoring for it",
        "article a: row damaged; mended",
        "2 damaged.",
    ]
    assert sent == [("authoring.resend", {"addresses": [["article", "b"]]})]
    assert run(capsys, "reconcile").splitlines()[-1] == "1 damaged."


def test_reconcile_of_a_whole_site_says_so(sent, capsys):
    show(published())

    assert run(capsys, "reconcile") == "All is as its messages say.\n"
    assert sent == []


def test_positions_counts_by_kind_and_names_what_was_refused(capsys):
    show(published(), published(key="b"), published(key="bad", body="x" * 300_000))
    show(withdrawn(key="b"))

    lines = run(capsys, "positions").splitlines()

    assert lines[0].startswith("article: 1 live, 1 withdrawn; last applied 20")
    assert (
        lines[1] == "refused article bad at version 1: The text is 300,000 bytes long; 262,144 is the most."
    )
