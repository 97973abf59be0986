"""What search engines are told of an article in schema.org's words, as JSON-LD."""

import json
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.utils.encoding import iri_to_uri
from django.utils.safestring import SafeString, mark_safe

from publishing.models import PublishedArticle
from publishing.pages.context import SiteFacts

ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


def article(article: PublishedArticle, *, site: SiteFacts, picture: dict[str, Any] | None) -> SafeString:
    """The article itself."""
    publisher: dict[str, Any] = {"@type": "Organization", "name": site.name, "url": f"{settings.SITE_URL}/"}
    if site.logo:
        publisher["logo"] = {"@type": "ImageObject", "url": address(site.logo["src"])}
    facts = {
        "@type": "BlogPosting",
        "headline": article.title,
        "description": article.summary,
        "inLanguage": article.language,
        "datePublished": article.published_at,
        "dateModified": article.updated_at,
        "mainEntityOfPage": address(article.path),
        "author": [
            {"@type": "Person", "name": author["name"], "url": address(author["path"])}
            for author in article.authors
        ],
        "publisher": publisher,
        "keywords": [tag["name"] for tag in article.tags],
        "image": [address(one["src"]) for one in (article.hero, picture) if one],
    }
    return _script({name: value for name, value in facts.items() if value})


def breadcrumbs(article: PublishedArticle, *, site: SiteFacts) -> SafeString:
    """The way from the front page over its first tag to the article."""
    steps = [(site.name, "/")]
    steps += [(tag["name"], tag["path"]) for tag in article.tags[:1]]
    steps.append((article.title, article.path))
    items = [
        {"@type": "ListItem", "position": number, "name": name, "item": address(path)}
        for number, (name, path) in enumerate(steps, start=1)
    ]
    return _script({"@type": "BreadcrumbList", "itemListElement": items})


def address(path: str) -> str:
    return settings.SITE_URL + iri_to_uri(path)


def _script(facts: dict[str, Any]) -> SafeString:
    """JSON that is safe inside a script element."""
    text = json.dumps({"@context": "https://schema.org", **facts}, cls=DjangoJSONEncoder, ensure_ascii=False)
    return mark_safe(text.translate(ESCAPES))  # noqa: S308  nothing in it ends the element
