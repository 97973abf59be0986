"""Messages: what is written, what is read, and what is refused."""

import datetime as dt
import json
from pathlib import Path

import pytest

from cms import codec, events
from cms.events import Kind

GOLDEN = Path(__file__).parent / "golden"
MOMENT = dt.datetime(2026, 3, 12, 9, 30, tzinfo=dt.UTC)
PICTURE = events.Picture(
    digest="ab" * 32,
    width=1600,
    height=900,
    widths=(480, 960, 1600),
    alt="A press",
    credit="Ines",
    focus_x=30,
    focus_y=20,
)

EXAMPLES: dict[str, events.Event] = {
    "article.published.1": events.Published(
        kind=Kind.ARTICLE,
        key="6f1f9f0e-58a1-4d4c-9d0c-3a5b1f6f0001",
        version=3,
        occurred_at=MOMENT,
        state=events.ArticleState(
            path="/why-deleting-is-hard/",
            former_paths=("/deleting/", "/2024/01/deleting.html"),
            title="Why deleting is “hard”",
            summary="Tombstones, explained.",
            body="# Tombstones\n\nA late message must not bring the dead back.\n",
            language="en",
            published_at=MOMENT - dt.timedelta(days=2),
            updated_at=MOMENT,
            tags=(events.Reference(key="t1", name="Systems", path="/tags/systems/"),),
            authors=(events.Reference(key="a1", name="Ines Halvorsen", path="/authors/ines-halvorsen/"),),
            hero=PICTURE,
            pictures=(PICTURE,),
            translation="6f1f9f0e-58a1-4d4c-9d0c-3a5b1f6f0002",
            canonical="https://elsewhere.example/why/",
            social_title="Why deleting is hard, in short",
            noindex=True,
        ),
    ),
    "article.withdrawn.1": events.Withdrawn(
        kind=Kind.ARTICLE,
        key="6f1f9f0e-58a1-4d4c-9d0c-3a5b1f6f0001",
        version=4,
        occurred_at=MOMENT,
        paths=("/deleting/", "/why-deleting-is-hard/"),
    ),
    "page.published.1": events.Published(
        kind=Kind.PAGE,
        key="p1",
        version=1,
        occurred_at=MOMENT,
        state=events.PageState(path="/about/", title="About", body="Us.", language="en", updated_at=MOMENT),
    ),
    "tag.published.1": events.Published(
        kind=Kind.TAG,
        key="t1",
        version=1,
        occurred_at=MOMENT,
        state=events.TagState(path="/tags/systems/", name="Systems", description="How things *hold*."),
    ),
    "author.published.1": events.Published(
        kind=Kind.AUTHOR,
        key="a1",
        version=2,
        occurred_at=MOMENT,
        state=events.AuthorState(path="/authors/ines-halvorsen/", name="Ines Halvorsen", picture=PICTURE),
    ),
    "site.published.1": events.Published(
        kind=Kind.SITE,
        key="site",
        version=1,
        occurred_at=MOMENT,
        state=events.SiteState(
            name="Fair Copy",
            description="Of software that keeps its promises.",
            language="en",
            navigation=(events.Link(label="About", url="/about/"),),
            footer="Made *slowly*.",
            accent="#17616a",
            accent_dark="#7cc4c4",
            logo=PICTURE,
        ),
    ),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_encode_writes_the_golden_message(name):
    assert codec.encode(EXAMPLES[name]) == (GOLDEN / f"{name}.json").read_text().rstrip("\n")


@pytest.mark.parametrize("file", sorted(GOLDEN.glob("*.json")), ids=lambda file: file.stem)
def test_every_golden_message_of_any_schema_can_be_read(file):
    event = codec.decode(file.read_text())

    assert codec.type_of(event) == file.stem.rpartition(".")[0]


@pytest.mark.parametrize("name", EXAMPLES)
def test_newest_golden_message_reads_as_the_event_that_it_was(name):
    assert codec.decode((GOLDEN / f"{name}.json").read_text()) == EXAMPLES[name]


def test_every_kind_has_a_golden_message_of_its_newest_schema():
    assert {f"{kind}.published.{codec.SCHEMAS[kind]}" for kind in Kind} <= set(EXAMPLES)


def test_equal_events_have_equal_bytes():
    event = EXAMPLES["article.published.1"]

    assert codec.digest(codec.encode(event)) == codec.digest(codec.encode(codec.decode(codec.encode(event))))


def test_older_schema_is_lifted_step_by_step(monkeypatch):
    monkeypatch.setitem(codec.SCHEMAS, Kind.TAG, 3)
    monkeypatch.setitem(
        codec.UPCASTERS, ("tag.published", 1), lambda state: {**state, "name": state["name"] + " one"}
    )
    monkeypatch.setitem(
        codec.UPCASTERS, ("tag.published", 2), lambda state: {**state, "name": state["name"] + " two"}
    )

    event = codec.decode(_golden("tag.published.1"))

    assert event.state.name == "Systems one two"


def test_field_that_a_newer_release_added_is_ignored():
    message = json.loads(_golden("tag.published.1"))
    message["state"]["colour"] = "red"

    assert codec.decode(json.dumps(message)) == EXAMPLES["tag.published.1"]


@pytest.mark.parametrize(
    "change", [{"schema": 99}, {"type": "article.embargoed"}, {"type": "podcast.published"}]
)
def test_message_of_a_newer_release_is_unknown_and_not_malformed(change):
    message = {**json.loads(_golden("article.published.1")), **change}

    with pytest.raises(codec.UnknownMessage):
        codec.decode(json.dumps(message))


@pytest.mark.parametrize(
    "change",
    [
        {"version": "3"},
        {"key": None},
        {"state": []},
        {"state": {}},
        {"occurred_at": "yesterday"},
        {"occurred_at": "2026-03-12T09:30:00"},
        {"schema": 0},
    ],
)
def test_message_that_can_never_be_read_is_malformed(change):
    message = {**json.loads(_golden("article.published.1")), **change}

    with pytest.raises(codec.Malformed):
        codec.decode(json.dumps(message))


@pytest.mark.parametrize("text", ["", "null", "[]", "{", '"article"'])
def test_what_is_no_message_is_malformed(text):
    with pytest.raises(codec.Malformed):
        codec.decode(text)


def test_wrong_type_inside_the_state_is_malformed():
    message = json.loads(_golden("article.published.1"))
    message["state"]["hero"]["widths"] = ["wide"]

    with pytest.raises(codec.Malformed):
        codec.decode(json.dumps(message))


def _golden(name: str) -> str:
    return (GOLDEN / f"{name}.json").read_text()
