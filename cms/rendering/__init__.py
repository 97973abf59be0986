"""Markdown to safe HTML: the preview in authoring and the page that readers see are rendered by the same code."""

from cms.rendering.article import Rendered, excerpt, problems, render
from cms.rendering.elements import Unrenderable
from cms.rendering.pictures import Picture
from cms.rendering.writer import Heading

__all__ = ["Heading", "Picture", "Rendered", "Unrenderable", "excerpt", "problems", "render"]
