"""Colours that a publication may choose, and whether its readers can read them."""

import re

PAPER = "#fdfdfc"
PAPER_DARK = "#11191f"
"""The grounds on which text stands, as `reader.css` has them."""

ACCENT = "#b93a1f"
CONTRAST = 4.5
"""What the Web Content Accessibility Guidelines (AA) ask of text."""

HEXADECIMAL = re.compile(r"#[0-9a-f]{6}")


def problems(colour: str, *, paper: str) -> list[str]:
    """What is wrong with a colour of links on `paper`; nothing with none."""
    if not colour:
        return []
    if not HEXADECIMAL.fullmatch(colour):
        return ["Write a colour as #rrggbb, in small letters."]
    found = contrast(colour, paper)
    if found < CONTRAST:
        wanted = "darker" if luminance(paper) > 0.5 else "lighter"
        return [f"Its contrast to the background is {found:.1f}; {CONTRAST} is needed. Take a {wanted} one."]
    return []


def contrast(one: str, other: str) -> float:
    """The ratio of contrast of two colours, from 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    """The relative luminance of `#rrggbb`, from 0 to 1."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def rules(accent: str, accent_dark: str) -> str:
    """A site's own colours as a style sheet; nothing where it has none."""
    light = f":root{{--accent:{accent}}}\n" if accent else ""
    dark = f":root{{--accent:{accent_dark}}}" if accent_dark else ""
    return light + (f"@media screen and (prefers-color-scheme: dark){{{dark}}}\n" if dark else "")
