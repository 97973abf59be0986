"""Markdown to safe HTML, by the same code for the preview in authoring and for the page that readers see."""

from cms.rendering.article import Rendered, excerpt, problems, render
from cms.rendering.elements import Unrenderable
from cms.rendering.headings import Heading, contents
from cms.rendering.pictures import Picture

__all__ = ["Heading", "Picture", "Rendered", "Unrenderable", "contents", "excerpt", "problems", "render"]
