"""The write side's tables."""

from authoring.models.access import ApiToken, PreviewLink
from authoring.models.articles import (
    Article,
    ImportedSource,
    Presence,
    ReservedPath,
    Revision,
    ScheduledChange,
)
from authoring.models.audit import Action, AuditEntry
from authoring.models.bulk import BulkItem, BulkJob
from authoring.models.notifications import MailPreference, Notification
from authoring.models.outbox import OutboxEpoch, OutboxMessage
from authoring.models.outlines import Outline
from authoring.models.planning import Release, ReleaseChange, SchedulerTurn, WriterZone
from authoring.models.reviews import Comment, Review
from authoring.models.subjects import Author, Picture, PlainPage, Restatement, Site, Tag

__all__ = [
    "Action",
    "ApiToken",
    "Article",
    "AuditEntry",
    "Author",
    "BulkItem",
    "BulkJob",
    "Comment",
    "ImportedSource",
    "MailPreference",
    "Notification",
    "OutboxEpoch",
    "OutboxMessage",
    "Outline",
    "Picture",
    "PlainPage",
    "Presence",
    "PreviewLink",
    "Release",
    "ReleaseChange",
    "ReservedPath",
    "Restatement",
    "Review",
    "Revision",
    "ScheduledChange",
    "SchedulerTurn",
    "Site",
    "Tag",
    "WriterZone",
]
