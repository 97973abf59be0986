from publishing.models import Page
from tests.publishing.builders import *


def test_all():
    print(
        show(
            site(),
            tag(),
            author(),
            plain_page(),
            published(tags=tagged("type"), authors=by("ada"), former_paths=("/old/",)),
            published(key="b", published_at=days(1)),
        )
    )
    print(show(withdrawn()))
    for p in Page.objects.order_by("path"):
        print(p.path, p.status, p.location, p.version, len(p.body))
    assert 0
