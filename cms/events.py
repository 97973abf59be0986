"""What authoring tells publishing: facts in the past tense, each with the whole public state."""

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """What is versioned and projected."""

    ARTICLE = "article"
    PAGE = "page"
    TAG = "tag"
    AUTHOR = "author"
    SITE = "site"


@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """A content-addressed picture: `media/<digest>.<width>.webp` exists for each of `widths` (pixels).

    `focus_x` and `focus_y` say, in percent from the left and the top, what a crop must keep.
    """

    digest: str
    width: int
    height: int
    widths: tuple[int, ...]
    alt: str = ""
    credit: str = ""
    focus_x: int = 50
    focus_y: int = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Reference:
    """A tag or an author as an article carries it: denormalized, so that no look-up is needed."""

    key: str
    name: str
    path: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """One entry of the site's navigation."""

    label: str
    url: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ArticleState:
    """An article as readers may know it. `body` is Markdown; `pictures` are those that it names.

    `translation` is what an article and its translations have in common: the key of one of them, or of
    none; where it is empty, the article's own key.
    `canonical` is where it stands elsewhere, if this is a copy; `social_title` its title where it is
    shared, if that differs; `noindex` asks search engines to leave it out.
    """

    path: str
    former_paths: tuple[str, ...] = ()
    title: str
    summary: str
    body: str
    language: str
    published_at: dt.datetime
    updated_at: dt.datetime
    tags: tuple[Reference, ...] = ()
    authors: tuple[Reference, ...] = ()
    hero: Picture | None = None
    pictures: tuple[Picture, ...] = ()
    translation: str = ""
    canonical: str = ""
    social_title: str = ""
    noindex: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class PageState:
    """A plain page, such as About."""

    path: str
    former_paths: tuple[str, ...] = ()
    title: str
    body: str
    language: str
    updated_at: dt.datetime
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class TagState:
    """A tag; `description` is Markdown."""

    path: str
    former_paths: tuple[str, ...] = ()
    name: str
    description: str = ""
    picture: Picture | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class AuthorState:
    """An author; `description` is Markdown."""

    path: str
    former_paths: tuple[str, ...] = ()
    name: str
    description: str = ""
    picture: Picture | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteState:
    """The publication itself; `footer` is Markdown.

    `accent` and `accent_dark` are colours as `#rrggbb`, on light and on dark ground; empty: the usual ones.
    """

    name: str
    description: str
    language: str
    navigation: tuple[Link, ...] = ()
    footer: str = ""
    accent: str = ""
    accent_dark: str = ""
    logo: Picture | None = None


State = ArticleState | PageState | TagState | AuthorState | SiteState

STATES: dict[Kind, type[State]] = {
    Kind.ARTICLE: ArticleState,
    Kind.PAGE: PageState,
    Kind.TAG: TagState,
    Kind.AUTHOR: AuthorState,
    Kind.SITE: SiteState,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """One fact about one `(kind, key)`.

    `version` orders the facts about it: it rises by one with every event and never repeats, so that
    a consumer tells old news from new without trusting the broker to deliver in order.
    """

    kind: Kind
    key: str
    version: int
    occurred_at: dt.datetime

    @property
    def address(self) -> tuple[str, str]:
        return (self.kind, self.key)


@dataclass(frozen=True, kw_only=True, slots=True)
class Published(Event):
    """Readers see `state` from now on."""

    state: State


@dataclass(frozen=True, kw_only=True, slots=True)
class Withdrawn(Event):
    """It is gone from the public site: a tombstone for every path that was ever its own."""

    paths: tuple[str, ...] = field(default=())
