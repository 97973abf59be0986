"""What the demo's people did at their desk: steps of `desk.yaml`, by the services that writers use."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.conf import settings

from authoring.models import Article, ScheduledChange
from authoring.services import articles, comments, releases, reviews, scheduling, sharing, zones
from authoring.services.texts import text_of

Step = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Desk:
    """Who works there, and on what: accounts by name, keys of articles by slug."""

    now: dt.datetime
    people: Mapping[str, Any]
    articles: Mapping[str, UUID]

    def play(self, steps: list[Step]) -> None:
        """Let each step happen. Belongs into a transaction."""
        for step in steps:
            verb = next(verb for verb in VERBS if verb in step)
            VERBS[verb](self, step)

    def revise(self, step: Step) -> None:
        """A revision in which passages, each of which stands there once, say something else."""
        article = self._article(step)
        text = text_of(article.latest_revision)
        body = text.body
        for old, new in step["revise"]:
            if body.count(old) != 1:
                raise ValueError(f"“{article}” should say once: {old}")
            body = body.replace(old, new)
        articles.save_draft(article.pk, replace(text, body=body), by=self._by(step))

    def share(self, step: Step) -> None:
        sharing.share(self._key(step), self.people[step["share"]].get_username(), by=self._by(step))

    def submit(self, step: Step) -> None:
        asked = [self.people[name].get_username() for name in step["submit"]]
        message = step.get("message", "")
        reviews.submit(self._key(step), by=self._by(step), now=self.now, reviewers=asked, message=message)

    def approve(self, step: Step) -> None:
        article = self._article(step)
        number = article.latest_revision.number
        reviews.approve(article.pk, by=self._by(step), number=number, now=self.now, answer=step["approve"])

    def request_changes(self, step: Step) -> None:
        article = self._article(step)
        number, answer = article.latest_revision.number, step["changes"]
        reviews.request_changes(article.pk, by=self._by(step), number=number, now=self.now, answer=answer)

    def comment(self, step: Step) -> None:
        """A thread on a passage or on the whole, with its replies, perhaps resolved by somebody."""
        article = self._article(step)
        first = comments.comment(
            article.pk,
            by=self._by(step),
            body=step["comment"],
            number=article.latest_revision.number,
            quote=step.get("passage", ""),
        )
        for reply in step.get("replies", ()):
            comments.reply(article.pk, first.pk, by=self.people[reply["by"]], body=reply["says"])
        if step.get("resolved"):
            comments.resolve(article.pk, first.pk, by=self.people[step["resolved"]], now=self.now)

    def schedule(self, step: Step) -> None:
        scheduling.schedule(
            self._key(step),
            action=step["schedule"],
            due_at=self._moment(step),
            zone=settings.TIME_ZONE,
            now=self.now,
            by=self._by(step),
        )

    def release(self, step: Step) -> None:
        by = self._by(step)
        made = releases.create(name=step["release"], note=step["note"], by=by)
        keys = [self.articles[slug] for slug in step["articles"]]
        releases.add(made.pk, keys, action=ScheduledChange.Action.PUBLISH, by=by)
        due = self._moment(step)
        releases.schedule(made.pk, due_at=due, zone=settings.TIME_ZONE, now=self.now, by=by)

    def _by(self, step: Step) -> Any:
        return self.people[step["by"]]

    def _key(self, step: Step) -> UUID:
        return self.articles[step["article"]]

    def _article(self, step: Step) -> Any:
        return Article.objects.select_related("latest_revision").get(pk=self._key(step))

    def _moment(self, step: Step) -> dt.datetime:
        """So many days ahead, at that hour of the publication's clock."""
        day = (self.now + dt.timedelta(days=step["days"])).astimezone(zones.zone_of(settings.TIME_ZONE))
        return day.replace(hour=step["hour"], minute=0, second=0, microsecond=0)


VERBS: Mapping[str, Callable[[Desk, Step], None]] = {
    "revise": Desk.revise,
    "share": Desk.share,
    "submit": Desk.submit,
    "approve": Desk.approve,
    "changes": Desk.request_changes,
    "comment": Desk.comment,
    "schedule": Desk.schedule,
    "release": Desk.release,
}
"""What a step is called by in the file. A `message` or a `note` is part of one, never one itself."""
