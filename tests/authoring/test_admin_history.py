"""Revisions in the admin: the list, two compared, going back."""

from authoring.services import articles
from tests.authoring.builders import article, editor, text, writer
from tests.authoring.test_admin_articles import LIST, browser, form_of, page_of


def test_what_two_browsers_changed_in_different_fields_is_merged():
    one = article(body="First")
    sent = form_of(one, title="My title")
    articles.save_draft(one.pk, text(body="Theirs"))

    browser(editor()).post(page_of(one), sent)

    one.refresh_from_db()
    latest = one.latest_revision
    assert (latest.number, latest.title, latest.body) == (3, "My title", "Theirs")


def test_the_list_says_what_each_revision_changed():
    one = article(body="a")
    articles.save_draft(one.pk, text(body="b", summary="s"))

    page = browser(editor()).get(f"{LIST}{one.pk}/revisions/").content.decode()

    assert "summary and text" in page


def test_a_comparison_escapes_what_revisions_say():
    one = article(body="<script>alert(1)</script>")
    articles.save_draft(one.pk, text(body="<script>alert(2)</script>"))
    client = browser(editor())

    for view in ("", "&view=inline"):
        page = client.get(f"{LIST}{one.pk}/compare/?from=1&to=2{view}").content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(<del>1</del>" in page.replace("\n", "")
        assert "<ins>2</ins>" in page


def test_restoring_makes_a_new_revision_and_needs_a_post():
    one = article(body="a")
    articles.save_draft(one.pk, text(body="b"))
    client = browser(editor())

    assert client.get(f"{LIST}{one.pk}/restore/1/").status_code == 405
    client.post(f"{LIST}{one.pk}/restore/1/")

    one.refresh_from_db()
    assert (one.latest_revision.number, one.latest_revision.body) == (3, "a")


def test_an_author_sees_no_revisions_of_others():
    one, client = article(body="a"), browser(writer())

    for address in ("revisions/", "compare/?from=1&to=1"):
        assert client.get(f"{LIST}{one.pk}/{address}").status_code == 404
    assert client.post(f"{LIST}{one.pk}/restore/1/").status_code == 404
