"""A message made ready: decoded and rendered into the row that it asks for, before any transaction."""

import datetime as dt
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from django.utils import timezone

from cms import codec, pictures, rendering
from cms.events import (
    ArticleState,
    AuthorState,
    Event,
    Kind,
    PageState,
    Published,
    SiteState,
    TagState,
)
from publishing import search
from publishing.models import (
    PublishedArticle,
    PublishedAuthor,
    PublishedPlainPage,
    PublishedSite,
    PublishedTag,
)

WORDS_PER_MINUTE = 220

Row = PublishedArticle | PublishedAuthor | PublishedPlainPage | PublishedSite | PublishedTag

MODELS: dict[Kind, type[Row]] = {
    Kind.ARTICLE: PublishedArticle,
    Kind.AUTHOR: PublishedAuthor,
    Kind.PAGE: PublishedPlainPage,
    Kind.SITE: PublishedSite,
    Kind.TAG: PublishedTag,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Prepared:
    """A message with the row that readers' tables shall hold; None for what is withdrawn.

    `whole` says that all of it is stored already, and `row` then lacks the texts that cost rendering.
    """

    event: Event
    message: str
    again: int
    row: Row | None
    whole: bool = False

    @property
    def address(self) -> tuple[str, str]:
        return self.event.address

    @property
    def order(self) -> tuple[int, int]:
        return (self.event.version, self.again)

    @property
    def is_first(self) -> bool:
        """Whether nothing was ever stored for its address."""
        return self.event.version == 1 and not self.again


Render = Callable[..., rendering.Rendered]


def prepare(message: str, again: int = 0, *, event: Event | None = None, whole: bool = False) -> Prepared:
    """Decode (unless `event` is what it says) and render `message` (unless all of it is stored, `whole`).

    Raises `codec.Malformed` and `rendering.Unrenderable` for what can never be applied, and
    `codec.UnknownMessage` for what a newer release may apply.
    """
    event = event or codec.decode(message)
    row = row_of(event, _nothing if whole else rendering.render)
    return Prepared(event=event, message=message, again=again, row=row, whole=whole)


def row_of(event: Event, render: Render = rendering.render) -> Row | None:
    """The row that `event` asks for, rendered; None if it asks for none."""
    if not isinstance(event, Published):
        return None
    common: dict[str, Any] = {"key": event.key, "version": event.version}
    match event.state:
        case ArticleState() as state:
            return _article(state, common, render)
        case TagState() as state:
            return PublishedTag(**common, **_subject(state, render))
        case AuthorState() as state:
            return PublishedAuthor(**common, **_subject(state, render))
        case PageState() as state:
            rendered = render(state.body, pictures=pictures.sources(state.pictures))
            return PublishedPlainPage(
                **common,
                path=state.path,
                language=state.language,
                title=state.title,
                html=rendered.html,
                updated_at=state.updated_at,
            )
        case SiteState() as state:
            return PublishedSite(
                **common,
                name=state.name,
                description=state.description,
                language=state.language,
                navigation=[asdict(link) for link in state.navigation],
                footer_html=render(state.footer).html,
                accent=state.accent,
                accent_dark=state.accent_dark,
                logo=pictures.facts(state.logo),
            )


def former_paths(event: Event) -> tuple[str, ...]:
    """The paths that redirect to what `event` publishes."""
    if isinstance(event, Published) and not isinstance(event.state, SiteState):
        return event.state.former_paths
    return ()


def vector_parts(article: PublishedArticle) -> dict[str, str]:
    """The texts of an article's search entry: title, names, summary, body; and its facets, apart by spaces."""
    names = " ".join(str(reference["name"]) for reference in (*article.tags, *article.authors))
    # A summary that is only the beginning of the text says nothing that the body does not.
    is_excerpt = article.summary == rendering.excerpt(article.text)
    facets = search.facets(
        language=article.language,
        year=timezone.localtime(article.published_at).year,
        tag_keys=article.tag_keys,
        author_keys=article.author_keys,
    )
    return {
        "title": search.words(article.title),
        "names": search.words(names),
        "summary": "" if is_excerpt else search.words(article.summary),
        "body": search.words(article.text),
        "facets": " ".join(facets),
    }


def _article(state: ArticleState, common: dict[str, Any], render: Render) -> PublishedArticle:
    rendered = render(state.body, pictures=pictures.sources(state.pictures))
    return PublishedArticle(
        **common,
        path=state.path,
        language=state.language,
        title=state.title,
        summary=state.summary or rendering.excerpt(rendered.text),
        html=rendered.html,
        text=rendered.text,
        minutes=max(1, round(rendered.words / WORDS_PER_MINUTE)),
        published_at=state.published_at.astimezone(dt.UTC),
        updated_at=state.updated_at.astimezone(dt.UTC),
        tags=[asdict(tag) for tag in state.tags],
        authors=[asdict(author) for author in state.authors],
        tag_keys=[tag.key for tag in state.tags],
        author_keys=[author.key for author in state.authors],
        hero=pictures.facts(state.hero),
        translation=state.translation or common["key"],
        canonical=state.canonical,
        social_title=state.social_title,
        noindex=state.noindex,
    )


def _subject(state: TagState | AuthorState, render: Render) -> dict[str, Any]:
    return {
        "path": state.path,
        "name": state.name,
        "html": render(state.description).html,
        "picture": pictures.facts(state.picture),
    }


def _nothing(markdown: str, **_: Any) -> rendering.Rendered:
    return rendering.Rendered("", "", (), 0)
