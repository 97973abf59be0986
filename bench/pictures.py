"""The pictures in `docs/pictures`, of a demo publication that was started a moment ago: readers' pages, and the desk.

`make bench-pictures`; needs a Chromium. The text is set in Noto Serif, whatever the machine has.
"""

import io
import os
import shutil
import tempfile
from pathlib import Path
from typing import NamedTuple

import django
import fontpkg
from PIL import Image
from playwright.sync_api import Page, sync_playwright

from bench import desk_pictures
from bench.publication import publication, settle
from config.local.place import ROOT

FOLDER = ROOT / "docs" / "pictures"
CHROMIUM = "chromium", "chromium-browser", "google-chrome"
QUALITY = 82
FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><include ignore_missing="yes">/etc/fonts/fonts.conf</include><dir>{}</dir></fontconfig>
"""


class Shot(NamedTuple):
    """One picture: of which page, how large, from where on. `scale` is pixels of the picture to one of the page."""

    name: str
    path: str
    width: int = 1280
    height: int = 900
    scheme: str = "light"
    scale: float = 1.5
    begins: str = ""


SHOTS = (
    Shot("page", "/"),
    Shot("article", "/the-furniture-of-a-page/", height=1100),
    Shot("article-dark", "/the-furniture-of-a-page/", height=1100, scheme="dark", begins="h-tables"),
    Shot("phone", "/the-furniture-of-a-page/", width=390, height=844, scheme="dark", scale=2),
    Shot("tag", "/tags/typography/"),
    Shot("search", "/search/?q=late+message"),
    Shot("archive", "/archive/"),
    Shot("not-found", "/nowhere/"),
)


def main() -> None:
    with publication() as started, tempfile.TemporaryDirectory() as fonts:
        django.setup()
        settle()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=next(filter(None, map(shutil.which, CHROMIUM))),
                args=["--no-sandbox"],
                env={**os.environ, "FONTCONFIG_FILE": str(_fonts(Path(fonts)))},
            )
            for shot in SHOTS:
                page = browser.new_page(
                    base_url=started.place.site_url,
                    viewport={"width": shot.width, "height": shot.height},
                    color_scheme="dark" if shot.scheme == "dark" else "light",
                    device_scale_factor=shot.scale,
                )
                print(_take(page, shot), flush=True)
                page.close()
            for name, page in desk_pictures.pages(browser, started.place.authoring_url):
                print(_keep(page, name), flush=True)
            browser.close()


def _take(page: Page, shot: Shot) -> str:
    page.goto(shot.path, wait_until="networkidle")
    if shot.begins:
        page.evaluate("name => document.getElementById(name).scrollIntoView()", shot.begins)
        page.mouse.move(shot.width / 2, shot.height * 0.8)  # over the code, which then shows its button
    return _keep(page, shot.name)


def _keep(page: Page, name: str) -> str:
    file = FOLDER / f"{name}.webp"
    Image.open(io.BytesIO(page.screenshot())).save(file, "WEBP", quality=QUALITY, method=6)
    return f"{file.relative_to(ROOT)}: {file.stat().st_size / 1000:.0f} kB"


def _fonts(folder: Path) -> Path:
    """A configuration of fonts with the typeface of the cards beside those of the machine."""
    file = folder / "fonts.conf"
    file.write_text(FONTS.format(Path(fontpkg.path("Noto Serif")).parent))
    return file


if __name__ == "__main__":
    main()
