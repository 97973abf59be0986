"""Every page that combines articles and may exist, whether it is stored or not."""

from django.db import connections
from django.utils import timezone

from cms.databases import READ
from publishing.models import PublishedAuthor, PublishedPlainPage, PublishedTag
from publishing.pages import lists


def combined() -> set[str]:
    """The paths of home, lists, feeds and sitemaps: those that are, and those that should be."""
    with connections[READ].cursor() as cursor:
        cursor.execute(COMBINED, [timezone.get_current_timezone_name()])
        paths = {path for row in cursor.fetchall() for path in row if path}
    for model in (PublishedTag, PublishedAuthor):
        paths |= set(model.objects.values_list("path", flat=True))
    if PublishedPlainPage.objects.exists():
        paths.add("/sitemap/pages.xml")
    return paths | set(lists.ALWAYS)


COMBINED = """
SELECT path, '', '' FROM publishing_page WHERE kind = '' AND status = 200
UNION SELECT reference->>'path', '', '' FROM publishing_publishedarticle AS article,
    jsonb_array_elements(article.tags || article.authors) AS reference
UNION SELECT to_char(local, '"/archive/"YYYY"/"'), to_char(local, '"/archive/"YYYY"/"MM"/"'),
    to_char(local, '"/sitemap/"YYYY".xml"')
FROM publishing_publishedarticle, LATERAL (SELECT published_at AT TIME ZONE %s AS local) AS dated
"""
