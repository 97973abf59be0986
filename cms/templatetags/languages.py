"""In which language an element is, and which way it is written."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from cms import languages

register = template.Library()


@register.simple_tag
def in_language(code: str, around: str = "") -> SafeString | str:
    """The attributes of an element in the language `code`, within another in the language `around`."""
    if code in ("", around):
        return ""
    direction = languages.direction(code)
    turned = f' dir="{direction}"' if direction != languages.direction(around) else ""
    return format_html(' lang="{}"', code) + SafeString(turned)
