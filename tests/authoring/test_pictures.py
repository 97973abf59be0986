"""Pictures: what is refused, what is left of what comes in."""

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from PIL import Image, ImageCms

from authoring.models import AuditEntry, Picture
from authoring.services import picture_files, pictures
from tests.authoring import builders
from tests.authoring.test_admin_articles import browser, said


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def encoded(image: Image.Image | None = None, kind: str = "PNG", **options: Any) -> bytes:
    file = io.BytesIO()
    (image or gradient()).save(file, kind, **options)
    return file.getvalue()


def gradient(width: int = 40, height: int = 20, mode: str = "RGB") -> Image.Image:
    return Image.linear_gradient("L").resize((width, height)).convert(mode)


def refusal(data: bytes) -> str:
    """The sentence with which `data` is refused; nothing is kept of it."""
    with pytest.raises(ValidationError) as caught:
        pictures.add(data, name="x.png")
    assert not Picture.objects.exists()
    assert not any(Path(default_storage.location).iterdir())  # type: ignore[attr-defined]
    return " ".join(caught.value.message_dict["file"])


def stored(picture: Picture) -> list[Image.Image]:
    names = [f"{picture.digest}.{width}.webp" for width in picture.widths]
    return [Image.open(io.BytesIO((Path(default_storage.location) / name).read_bytes())) for name in names]  # type: ignore[attr-defined]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_picture_becomes_webp_renditions_named_by_its_pixels(kind: str):
    picture = pictures.add(encoded(gradient(1200, 600), kind), name="a/b/Gradient.x", alt="A gradient")

    assert (picture.name, picture.alt, picture.width, picture.height) == (
        "Gradient.x",
        "A gradient",
        1200,
        600,
    )
    assert picture.widths == [320, 480, 960, 1200]
    assert [(image.format, image.size) for image in stored(picture)] == [
        ("WEBP", (320, 160)),
        ("WEBP", (480, 240)),
        ("WEBP", (960, 480)),
        ("WEBP", (1200, 600)),
    ]


def test_a_small_picture_is_not_enlarged():
    assert pictures.add(encoded(gradient(40, 20)), name="x.png").widths == [40]


def test_a_large_picture_is_reduced():
    assert pictures.add(encoded(gradient(5000, 50)), name="x.png").widths == [320, 480, 960, 1600, 2400]


def test_the_same_pixels_are_the_same_picture(folder: Path):
    first = pictures.add(encoded(), name="a.png")
    files = {file.name: file.stat().st_mtime_ns for file in folder.iterdir()}

    second = pictures.add(encoded(compress_level=1), name="b.png", alt="Now with words")

    assert second.pk == first.pk
    assert (second.name, second.alt) == ("a.png", "Now with words")
    assert {file.name: file.stat().st_mtime_ns for file in folder.iterdir()} == files
    assert AuditEntry.objects.filter(kind="picture", action="created").count() == 1  # told once


def test_words_about_a_known_picture_stay():
    pictures.add(encoded(), name="a.png", alt="First")
    assert pictures.add(encoded(), name="a.png", alt="Second").alt == "First"


def test_a_lost_file_is_stored_again(folder: Path):
    picture = pictures.add(encoded(), name="a.png")
    (file,) = folder.iterdir()
    file.unlink()

    assert pictures.add(encoded(), name="a.png") == picture
    assert file.exists()


def test_a_half_written_file_is_replaced(folder: Path):
    picture = pictures.add(encoded(), name="a.png")
    (file,) = folder.iterdir()
    whole = file.read_bytes()
    picture.delete()
    file.write_bytes(whole[:20])

    pictures.add(encoded(), name="a.png")
    assert [(one.name, one.read_bytes()) for one in folder.iterdir()] == [(file.name, whole)]


def test_metadata_is_left_behind(folder: Path):
    exif = Image.Exif()
    exif[0x010F] = "A camera of SECRET make"
    exif[0x8825] = {1: "N", 2: (52.0, 31.0, 0.0)}
    data = encoded(gradient(600, 20), "JPEG", exif=exif, comment=b"SECRET comment", xmp=b"<x>SECRET</x>")
    assert b"SECRET" in data

    for image in stored(pictures.add(data, name="a.jpg")):
        assert not set(image.info) & {"exif", "icc_profile", "xmp", "comment"}
        assert dict(image.getexif()) == {}
    assert not any(
        b"SECRET" in file.read_bytes() or b"EXIF" in file.read_bytes() for file in folder.iterdir()
    )


def test_a_picture_taken_on_its_side_is_turned_upright():
    exif = Image.Exif()
    exif[0x0112] = 6
    sideways = Image.new("RGB", (40, 20), "white")
    sideways.paste("black", (0, 0, 20, 20))

    picture = pictures.add(encoded(sideways, exif=exif), name="a.png")

    (image,) = stored(picture)
    assert (picture.width, picture.height) == (20, 40)
    assert image.size == (20, 40)
    assert (image.getpixel((10, 5)), image.getpixel((10, 35))) == ((0, 0, 0), (255, 255, 255))


def test_colours_of_another_profile_are_converted():
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    assert pictures.add(encoded(icc_profile=lab.tobytes()), name="a.png").widths == [
        40
    ]  # fits no RGB: ignored
    assert pictures.add(encoded(gradient(mode="L")), name="b.png").widths == [40]
    cmyk = pictures.add(encoded(Image.new("CMYK", (30, 30), (0, 255, 255, 0)), "JPEG"), name="c.jpg")
    assert stored(cmyk)[0].convert("RGB").getpixel((5, 5))[0] > 200  # type: ignore[index]


def test_transparency_stays_where_there_is_some():
    glass = pictures.add(encoded(Image.new("RGBA", (30, 30), (255, 0, 0, 100))), name="a.png")
    solid = pictures.add(encoded(Image.new("RGBA", (30, 30), (255, 0, 0, 255))), name="b.png")
    plain = pictures.add(encoded(Image.new("RGB", (30, 30), (255, 0, 0))), name="c.png")
    assert [stored(picture)[0].mode for picture in (glass, solid)] == ["RGBA", "RGB"]
    assert solid == plain


def test_sixteen_bits_a_channel_keep_their_brightness():
    deep = Image.new("I;16", (30, 30), 32768)
    (image,) = stored(pictures.add(encoded(deep), name="a.png"))
    assert abs(image.convert("L").getpixel((5, 5)) - 128) <= 2  # type: ignore[operator]


def test_an_svg_is_refused():
    said = refusal(b"<?xml version='1.0'?>\n<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>")
    assert said == "This is an SVG: a document that may contain programs. Export it as PNG, please."


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "This file is empty."),
        (b"hello", "This is no JPEG, PNG or WebP."),
        (encoded(kind="GIF"), "This is a GIF; JPEG, PNG and WebP are possible."),
        (encoded(kind="TIFF"), "This is a TIFF picture; JPEG, PNG and WebP are possible."),
        (encoded(kind="BMP"), "This is a BMP picture; JPEG, PNG and WebP are possible."),
        (b"\0\0\0\x1cftypheic\0\0\0\0", "This is a HEIC picture; JPEG, PNG and WebP are possible."),
        (b"%PDF-1.7 ...", "This is a PDF; JPEG, PNG and WebP are possible."),
        (b"PK\x03\x04...", "This is a ZIP archive; JPEG, PNG and WebP are possible."),
    ],
)
def test_other_formats_are_refused_by_name(data: bytes, said: str):
    assert refusal(data) == said


def test_too_many_bytes_are_refused():
    said = refusal(encoded() + b"\0" * picture_files.MAX_BYTES)
    assert said.endswith("20 MB is the most.")


@pytest.mark.parametrize("side", [7000, 9500, 14000])
def test_a_bomb_is_refused_before_it_is_decoded(side: int, monkeypatch: pytest.MonkeyPatch):
    def chunk(name: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        )

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
    bomb = b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0" * side)) + chunk(b"IEND", b"")
    monkeypatch.setattr(Image.Image, "load", lambda self: pytest.fail("it was decoded"))

    assert "million pixels" in refusal(bomb)


def test_an_endless_strip_is_refused():
    assert (
        refusal(encoded(Image.new("1", (20000, 2))))
        == "This picture is 20,000 pixels long; 16,383 is the most."
    )


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_an_animation_is_refused(kind: str):
    frames = [gradient(), gradient().rotate(180)]
    moving = encoded(frames[0], kind, save_all=True, append_images=frames[1:])
    assert refusal(moving) == "This picture moves; only still ones are possible."


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("tail", [b"<p>hello</p>", b"x"])
def test_anything_behind_the_end_is_refused(kind: str, tail: bytes):
    assert refusal(encoded(kind=kind) + tail) == (
        f"This file carries {len(tail)} bytes behind the end of the picture."
    )


def test_a_second_jpeg_behind_the_first_is_a_cameras_preview():
    jpeg = encoded(kind="JPEG")
    assert pictures.add(jpeg + b"\0\0" + jpeg, name="a.jpg").widths == [40]
    Picture.objects.all().delete()
    for file in Path(default_storage.location).iterdir():  # type: ignore[attr-defined]
        file.unlink()
    assert refusal(jpeg + jpeg + b"PAYLOAD") == "This file carries 7 bytes behind the end of the picture."


def test_progressive_jpegs_have_many_scans():
    noisy = Image.effect_noise((300, 200), 90).convert("RGB")
    assert pictures.add(encoded(noisy, "JPEG", progressive=True, quality=95), name="a.jpg").width == 300


@pytest.mark.parametrize(
    "second", [b"<script>alert(1)</script>", b"%PDF-1.4", b"<!DOCTYPE  html>", b"PK\x03\x04"]
)
def test_a_picture_that_is_something_else_too_is_refused(second: bytes):
    said = refusal(encoded(kind="JPEG", comment=second))
    assert said == "This file is a picture and something else at once."


def test_a_picture_with_an_archive_inside_is_refused():
    directory = b"PK\x05\x06" + b"\0" * 16 + struct.pack("<H", 2) + b"\xff\xd9"
    jpeg = encoded(kind="JPEG")
    assert refusal(jpeg[:-2] + directory) == "This file is a picture and something else at once."


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_a_file_that_is_cut_off_is_refused(kind: str, share: float):
    noisy = encoded(Image.effect_noise((200, 100), 90).convert("RGB"), kind)
    assert "cut off" in refusal(noisy[: int(len(noisy) * share)])


def test_damaged_pixels_are_refused():
    png = bytearray(encoded(Image.effect_noise((200, 100), 90).convert("RGB")))
    png[len(png) // 2] ^= 0xFF
    assert "damaged" in refusal(bytes(png))


def test_words_that_are_too_long_are_refused_by_field():
    with pytest.raises(ValidationError) as caught:
        pictures.add(encoded(), name="a.png", alt="x" * 501, credit="y\0")
    assert set(caught.value.message_dict) == {"alt", "credit"}
    assert not Picture.objects.exists()


def test_a_file_name_keeps_only_its_last_part():
    assert pictures.add(encoded(), name="C:\\me\\../a\x00b.png").name == "ab.png"


def test_texts_that_keep_the_former_words_for_a_picture_are_named():
    shown = builders.picture(alt="A press")
    builders.article("Old words", body=f"![A press](/media/{shown.digest}.800.webp)")
    builders.article("Own words", body=f"![My press](/media/{shown.digest}.800.webp)")
    address = f"/admin/authoring/picture/{shown.pk}/change/"
    sent = {"name": shown.name, "alt": "A hand press", "credit": "", "focus_x": 50, "focus_y": 50}

    answer = browser(builders.editor()).post(address, sent, follow=True)

    assert "The text still describes it as “A press” in “Old words”." in said(answer)
    shown.refresh_from_db()
    assert shown.alt == "A hand press"
