"""The admin's sidebar: what this user may see, and how much waits in their inbox."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from authoring.services import notifying

Entry = dict[str, Any]


def navigation(request: HttpRequest) -> list[Entry]:
    """The groups of the sidebar. Unfold leaves out what a user may not see."""
    return [
        {
            "title": "Writing",
            "items": [
                _inbox(request),
                _rows("Articles", "article", "authoring_article"),
                _page("Calendar", "calendar_month", "admin:authoring_calendar", "authoring.view_article"),
                _page(
                    "Releases",
                    "inventory_2",
                    "admin:authoring_release_changelist",
                    "authoring.view_scheduledchange",
                ),
                _rows("Pictures", "image", "authoring_picture"),
                _rows("Trash", "delete", "authoring_article", "change", page="trash"),
            ],
        },
        {
            "title": "Publication",
            "items": [
                _rows("Tags", "sell", "authoring_tag"),
                _rows("Authors", "ink_pen", "authoring_author"),
                _rows("Pages", "description", "authoring_plainpage", "change"),
                _rows("Site", "home", "authoring_site"),
            ],
        },
        {
            "title": "Operations",
            "items": [
                _rows("Outbox", "outbox", "authoring_outboxmessage"),
                _page("Audit log", "history", "authoring_audit", "authoring.view_auditentry"),
                _rows("Users", "group", "auth_user"),
                _rows("Roles", "badge", "auth_group"),
                _rows("API tokens", "key", "authoring_apitoken"),
            ],
        },
    ]


def _inbox(request: HttpRequest) -> Entry:
    entry = {"title": "Inbox", "icon": "inbox", "link": reverse("authoring-inbox")}
    unread = notifying.unread(request.user)
    return {**entry, "badge": unread} if unread else entry


def _page(title: str, icon: str, address: str, permission: str) -> Entry:
    return {
        "title": title,
        "icon": icon,
        "link": reverse(address),
        "permission": lambda request: request.user.has_perm(permission),
    }


def _rows(title: str, icon: str, model: str, verb: str = "view", *, page: str = "changelist") -> Entry:
    """The list of a model, and whatever lies below it but the trash."""
    link = reverse(f"admin:{model}_{page}")

    def active(request: HttpRequest) -> bool:
        return request.path.startswith(link) and not request.path.removeprefix(link).startswith("trash/")

    return {
        **_page(title, icon, f"admin:{model}_{page}", model.replace("_", f".{verb}_", 1)),
        "active": active,
    }
