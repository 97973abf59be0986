"""Bringing in what was written elsewhere: folders of Markdown posts, and the demo publication."""
