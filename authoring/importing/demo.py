"""The demo publication: site, authors, tags, pages, pictures, articles, by the services that writers use."""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import yaml
from django.conf import settings
from django.db import transaction

from authoring.importing import accounts, frontmatter, gallery
from authoring.importing.desk import Desk
from authoring.models import Article, Author, Notification, Picture, PlainPage, ScheduledChange, Site, Tag
from authoring.services import articles, pictures, scheduling, site, subjects
from authoring.services.texts import Text
from cms.databases import WRITE

FOLDER = Path(__file__).resolve().parent.parent / "demo"
SHOWN = re.compile(r"!\[([^\]]*)\]\(([\w-]+\.webp)(?=[ )])")


@dataclass(frozen=True, slots=True)
class Post:
    """One article's file."""

    facts: dict[str, Any]
    body: str

    @property
    def days_ago(self) -> int:
        return int(self.facts.get("days_ago") or 0)


@dataclass(slots=True)
class Demo:
    """What is loaded so far, by the names that the files use."""

    now: dt.datetime
    with_accounts: bool = False
    folder: Path = FOLDER
    pictures: dict[str, Picture] = field(default_factory=dict)
    tags: dict[str, UUID] = field(default_factory=dict)
    authors: dict[str, UUID] = field(default_factory=dict)
    people: dict[str, Any] = field(default_factory=dict)
    articles: dict[str, UUID] = field(default_factory=dict)

    def load(self) -> int:
        """How many articles there are now. Files of pictures first; then all rows in one transaction.

        Accounts are made if wanted, those that do not exist; if all could be made, they have been at work.
        """
        posts = sorted(self._posts(), key=lambda post: post.days_ago, reverse=True)
        self._load_pictures(posts)
        with transaction.atomic(using=WRITE):
            self._load_site()
            self.people = accounts.create_missing() if self.with_accounts else {}
            for number, post in enumerate(posts):
                self._load_article(post, number)
            if len(self.people) == len(accounts.ACCOUNTS):
                self._load_desk()
        return len(posts)

    def _posts(self) -> Iterator[Post]:
        for file in sorted((self.folder / "articles").glob("*.md")):
            document = frontmatter.parse(file.read_text("utf-8"))
            yield Post(document.values, document.text)

    def _site(self) -> dict[str, Any]:
        return dict(yaml.safe_load((self.folder / "site.yaml").read_text("utf-8")))

    def _load_pictures(self, posts: list[Post]) -> None:
        words = {name: (alt, "") for post in posts for alt, name in SHOWN.findall(post.body)}
        words |= {
            post.facts["hero"]: (post.facts["hero_alt"], post.facts.get("hero_credit", ""))
            for post in posts
            if post.facts.get("hero")
        }
        words |= {
            author["picture"]: (f"Portrait of {author['name']}", "")
            for author in self._site()["authors"]
            if author.get("picture")
        }
        for name, (alt, credit) in words.items():
            content = (self.folder / "pictures" / name).read_bytes()
            self.pictures[name] = pictures.add(content, name=name, alt=alt, credit=credit)

    def _load_site(self) -> None:
        facts = self._site()
        wanted = {name: facts[name] for name in ("name", "description", "navigation", "footer")}
        site.save_site(Site(**wanted, workflow=self.with_accounts), now=self.now)
        for given in facts["authors"]:
            picture = self.pictures.get(given.pop("picture", ""))
            author = subjects.save_author(Author(**given, picture=picture), now=self.now)
            self.authors[author.slug] = author.pk
        for given in facts["tags"]:
            tag = subjects.save_tag(Tag(**given), now=self.now)
            self.tags[tag.name] = tag.pk
        for given in facts["pages"]:
            page = site.save_page(PlainPage(language=facts["language"], **given), now=self.now)
            site.publish_page(page.pk, now=self.now)

    def _load_article(self, post: Post, number: int) -> None:
        article = articles.create(self._text(post), by=self._writer(post))
        self.articles[post.facts["slug"]] = article.pk
        state = post.facts["state"]
        if state == "scheduled":
            due = self.now + dt.timedelta(minutes=int(post.facts["in_minutes"]))
            publish = ScheduledChange.Action.PUBLISH
            scheduling.schedule(article.pk, action=publish, due_at=due, zone=settings.TIME_ZONE, now=self.now)
        elif state != "draft":
            articles.publish(article.pk, now=self.now, published_at=self._moment(post, number))
        if state == "withdrawn":
            articles.withdraw(article.pk, now=self.now)

    def _load_desk(self) -> None:
        """What was published before they came is no news to them."""
        Notification.objects.filter(user__in=self.people.values()).delete()
        steps = yaml.safe_load((self.folder / "desk.yaml").read_text("utf-8"))
        Desk(self.now, self.people, self.articles).play(steps)

    def _writer(self, post: Post) -> Any:
        """The account of who signs it first, if there is one."""
        signed = post.facts["authors"][0]
        found = (name for name, account in accounts.ACCOUNTS.items() if account.signs == signed)
        return self.people.get(next(found, ""))

    def _text(self, post: Post) -> Text:
        facts = post.facts
        hero = self.pictures.get(facts.get("hero", ""))
        return Text(
            title=facts["title"],
            slug=facts["slug"],
            summary=facts["summary"],
            body=SHOWN.sub(self._shown, post.body),
            language=facts["language"],
            tags=tuple(self.tags[name] for name in facts["tags"]),
            authors=tuple(self.authors[slug] for slug in facts["authors"]),
            hero=hero.pk if hero else None,
        )

    def _shown(self, found: re.Match[str]) -> str:
        return f"![{found[1]}]({gallery.address_of(self.pictures[found[2]])}"

    def _moment(self, post: Post, number: int) -> dt.datetime:
        """So many days ago, at an hour of its own: nobody publishes everything at midnight."""
        day = self.now - dt.timedelta(days=post.days_ago)
        moment = day.replace(hour=6 + number * 5 % 13, minute=number * 17 % 60, second=0, microsecond=0)
        return min(moment, self.now)


def is_empty() -> bool:
    """Whether nobody has written anything yet."""
    return not Article.with_trash.exists()
