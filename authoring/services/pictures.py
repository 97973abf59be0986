"""Pictures on their way in: looked at, turned upright, stripped of what they tell, and encoded anew."""

import hashlib
import io
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from PIL import Image, ImageCms, ImageOps

from authoring.models import Action, Picture
from authoring.services import audit, rights
from authoring.services.picture_files import DAMAGED, check, check_end, refused
from authoring.services.rights import User
from authoring.services.texts import UNPRINTABLE, length_problems
from cms import pictures
from cms.databases import WRITE

MAX_PIXELS = 40_000_000
MAX_SIDE = 16_383  # WebP's
WIDTHS = (320, 480, 960, 1600)
WIDEST = 2400
QUALITY = 84
METHOD = 2
"""How long WebP's encoder searches, 0 to 6: at 4 files are 3 % smaller and take twice the time."""

FORMATS = ("JPEG", "PNG", "WEBP")
_one_at_a_time = threading.Lock()
"""A decoded picture takes up to 160 MB: threads of one process take turns."""


@dataclass(frozen=True, slots=True)
class Upright:
    """A picture as it will be shown: in sRGB, upright, without metadata. `digest` is of its pixels."""

    image: Image.Image
    digest: str

    @property
    def widths(self) -> list[int]:
        """Widths of the renditions, in pixels, rising; the picture is never enlarged."""
        own = min(self.image.width, WIDEST)
        return [*(width for width in WIDTHS if width < 0.9 * own), own]


def add(data: bytes, *, name: str, alt: str = "", credit: str = "", by: User | None = None) -> Picture:
    """Keep a JPEG, PNG or WebP. The same pixels twice are the same picture.

    The files are stored before the row exists, and readers learn of them from a message later still.
    Raises `Forbidden`, and `ValidationError` by field: `file`, `alt`, `credit`.
    """
    rights.require(by, "add_picture")
    _check_words(alt=alt, credit=credit)
    with _one_at_a_time:
        upright = read(data)
        known = Picture.objects.filter(digest=upright.digest).first()
        _store(upright, known.widths if known else upright.widths, trusted=known is not None)
    if known is None:
        facts = {"width": upright.image.width, "height": upright.image.height, "widths": upright.widths}
        given = {"name": _plain(name), "alt": alt, "credit": credit, "created_by": by}
        with transaction.atomic(using=WRITE):
            known, is_new = Picture.objects.get_or_create(digest=upright.digest, defaults={**facts, **given})
            if is_new:
                audit.record(Action.CREATED, kind="picture", key=known.pk, title=str(known), by=by)
    _complete(known, alt=alt, credit=credit)
    return known


def read(data: bytes) -> Upright:
    """The picture in `data`, ready to be encoded. Raises `ValidationError` on `file`."""
    check(data)
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            _check_size(image)
            check_end(data, str(image.format))
            upright = _upright(image)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise refused(f"This picture has more than {MAX_PIXELS // 1_000_000} million pixels.") from error
    except (OSError, ValueError, SyntaxError, EOFError, IndexError, TypeError, ArithmeticError) as error:
        # Whatever Pillow's decoders say about bytes that somebody made up.
        raise refused(DAMAGED) from error
    return Upright(upright, _digest(upright))


def _upright(image: Image.Image) -> Image.Image:
    image.load()
    profile = image.info.get("icc_profile")
    ImageOps.exif_transpose(image, in_place=True)
    image = _in_srgb(_in_rgb(image, keep_cmyk=bool(profile)), profile)
    if image.mode == "RGBA" and image.getchannel("A").getextrema() == (255, 255):
        image = image.convert("RGB")
    image.info = {}
    return image


def _in_rgb(image: Image.Image, *, keep_cmyk: bool) -> Image.Image:
    if image.mode.startswith("I"):  # 16 bits a channel: Pillow would cut instead of scale
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    if image.mode == "CMYK" and keep_cmyk:
        return image
    wanted = "RGBA" if image.has_transparency_data else "RGB"
    return image if image.mode == wanted else image.convert(wanted)


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    if not profile:
        return image
    wanted, srgb = "RGB" if image.mode == "CMYK" else image.mode, ImageCms.createProfile("sRGB")
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if "sRGB" in ImageCms.getProfileDescription(source):
            return image
        return ImageCms.profileToProfile(image, source, srgb, outputMode=wanted) or image
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        # A profile that fits nothing is no reason to refuse.
        return image.convert(wanted)


def _digest(image: Image.Image) -> str:
    """SHA-256 of mode, size and pixels, taken in strips: the whole as bytes would double the memory."""
    total = hashlib.sha256(f"{image.mode} {image.width} {image.height} ".encode())
    for top in range(0, image.height, 128):
        total.update(image.crop((0, top, image.width, min(top + 128, image.height))).tobytes())
    return total.hexdigest()


def _store(upright: Upright, widths: list[int], *, trusted: bool) -> None:
    """Store the renditions that are not there. A file without a row may be half written: not `trusted`."""
    names = {width: pictures.name(upright.digest, width) for width in widths}
    wanted = [width for width in widths if not (trusted and default_storage.exists(names[width]))]
    for width, content in zip(wanted, _renditions(upright.image, wanted), strict=True):
        if not default_storage.exists(names[width]) or default_storage.size(names[width]) != len(content):
            _save(names[width], content)


def _renditions(image: Image.Image, widths: list[int]) -> Iterator[bytes]:
    """The picture in each of `widths`, as WebP. The large original is scaled once, the others from that."""
    if not widths:
        return
    largest = _scaled(image, widths[-1])
    with ThreadPoolExecutor(max_workers=2) as pool:  # encoding is done outside Python's lock
        yield from pool.map(lambda width: _encode(_scaled(largest, width)), widths)


def _scaled(image: Image.Image, width: int) -> Image.Image:
    if width == image.width:
        return image
    height = max(1, round(image.height * width / image.width))
    return image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=2.0)


def _encode(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "WEBP", quality=QUALITY, method=METHOD, icc_profile=b"", exif=b"", xmp=b"")
    return file.getvalue()


def _save(name: str, content: bytes) -> None:
    default_storage.delete(name)
    saved = default_storage.save(name, ContentFile(content))
    if saved != name:  # somebody stored the same pixels meanwhile
        default_storage.delete(saved)


def _complete(known: Picture, *, alt: str, credit: str) -> None:
    """Words that a known picture lacks; those that it has are left to whoever wrote them."""
    given = {"alt": alt, "credit": credit}
    lacking = {name: word for name, word in given.items() if word and not getattr(known, name)}
    for name, word in lacking.items():
        setattr(known, name, word)
    if lacking:
        known.save(update_fields=list(lacking))


def _check_words(*, alt: str, credit: str) -> None:
    problems = {"alt": length_problems(alt, limit=500), "credit": length_problems(credit, limit=200)}
    if any(problems.values()):
        raise ValidationError({name: sentences for name, sentences in problems.items() if sentences})


def _check_size(image: Image.Image) -> None:
    """Before decoding: 10 kB may unfold to 400 MB."""
    if image.width * image.height > MAX_PIXELS:
        raise refused(
            f"This picture has {image.width * image.height / 1e6:.0f} million pixels;"
            f" {MAX_PIXELS // 1_000_000} million is the most."
        )
    if max(image.size) > MAX_SIDE:
        raise refused(f"This picture is {max(image.size):,} pixels long; {MAX_SIDE:,} is the most.")
    if getattr(image, "is_animated", False):
        raise refused("This picture moves; only still ones are possible.")


def _plain(name: str) -> str:
    """The last part of a file's name, without what cannot be shown."""
    return UNPRINTABLE.sub("", name.replace("\\", "/").rsplit("/", 1)[-1])[:200]
