"""From a file's bytes to an upright RGB picture, within limits of our own.

What is decoded, and how:

- JPEG, MPO, PNG, GIF, WebP, TIFF, BMP, AVIF, JPEG 2000, PSD, ICO, PPM, whatever the file's name says. Formats
  whose reader starts other programs (EPS) are left out on purpose.
- Of several frames or pages the first.
- Upright by EXIF, or by XMP where EXIF says nothing, in all eight orientations.
- Transparent parts lie on white. 16-bit grey keeps its high byte. 32-bit integers and floats are taken as
  they are when they lie in 0 to 255, times 255 when in 0 to 1, else stretched from their least to their
  greatest value.
- Colour profiles are not applied: ImageNet weights were trained without, and so few photos change visibly.
  CMYK and LAB are converted by Pillow's plain formulas.
- A picture much larger than `detail_px` is decoded smaller (JPEG: in the decoder; others: by averaging), its
  short side never under MARGIN x detail_px.

Tolerance of that smaller decoding against a full one, in a 224 px network input (short side 256): mean
absolute difference at most 1.5 of 255 grey levels, cosine of the embeddings at least 0.996. Measured on the
large real photos at hand, efficientnet-lite0: 0.4 on average and 1.0 at worst; cosine 0.9989 and 0.9983
(to the nearest other photo 0.63). With a margin of 1: 2.1 and 6.8; 0.9946 and 0.9823.
"""

from __future__ import annotations

import hashlib
import math
import os
import stat
import struct
import warnings
import zlib
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image, ImageFile, UnidentifiedImageError

from labelgraft.domain.ids import ContentHash
from labelgraft.errors import UnreadableImage

READ_FORMATS = (
    "JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP", "DIB", "AVIF", "JPEG2000", "PSD", "ICO", "PPM",
)  # fmt: skip
"""Pillow's names of the formats that are read, the commonest first (MPO comes with JPEG)."""

MARGIN = 2.0
"""A smaller decoding keeps this many pixels or more for each one needed (tolerance: above)."""

_BAND_PIXELS = 4_000_000
"""Larger pictures are converted and averaged in bands of this size: one full copy is enough."""

DECODER_FAILURES = (
    OSError, SyntaxError, ValueError, TypeError, ArithmeticError, LookupError, EOFError, AttributeError,
    RuntimeError, struct.error, zlib.error,
)  # fmt: skip
"""What Pillow's readers raise on damaged files; anything else is a fault of ours and must be seen."""

_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True, slots=True)
class Limits:
    """What is refused before decoding. pixels: width x height of the header. file_bytes: size of the file."""

    pixels: int = 100_000_000
    file_bytes: int = 268_435_456


@dataclass(frozen=True, slots=True)
class FileBytes:
    """A file as read: its bytes, their hash, and when it was last modified (nanoseconds since 1970)."""

    path: str
    data: bytes
    content_hash: ContentHash
    modified_ns: int


@dataclass(frozen=True, slots=True)
class Picture:
    """An upright RGB picture.

    width_px, height_px: of the upright file. image: may be smaller, see the module's text.
    """

    width_px: int
    height_px: int
    image: Image.Image


def read_file(path: str | Path, limits: Limits) -> FileBytes:
    """The bytes of a regular file and their SHA-256.

    Raises: UnreadableImage if it is absent, not a regular file, empty, or larger than limits.file_bytes.
    """
    try:
        # Without O_NONBLOCK, opening a named pipe would wait for a writer for ever.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(descriptor, "rb") as file:
            found = os.fstat(descriptor)
            _check_file(str(path), found, limits)
            data = file.read(found.st_size + 1)
    except OSError as error:
        raise UnreadableImage(str(path), f"could not be read: {error.strerror or error}") from error
    except MemoryError as error:
        raise UnreadableImage(str(path), _TOO_MUCH_MEMORY) from error
    if not data:
        raise UnreadableImage(str(path), "the file is empty")
    if len(data) != found.st_size:
        raise UnreadableImage(
            str(path), "changed its length while it was read; take it in again when it is whole"
        )
    digest = ContentHash(hashlib.sha256(data).hexdigest())
    return FileBytes(str(path), data, digest, found.st_mtime_ns)


_TOO_MUCH_MEMORY = "decoding needs more memory than one image may use"


def _check_file(path: str, found: os.stat_result, limits: Limits) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise UnreadableImage(path, "is not a regular file")
    if found.st_size > limits.file_bytes:
        size = f"has {found.st_size:,} bytes, more than the limit of {limits.file_bytes:,}"
        raise UnreadableImage(path, f"{size}; raise the limit to take it in")


def confine_pillow(limits: Limits) -> None:
    """Give this process's Pillow our limit too, for sizes that only show inside a file (ICO, GIF frames).

    For worker processes: it changes Pillow for the whole process.
    """
    Image.MAX_IMAGE_PIXELS = limits.pixels // 2  # Pillow refuses above twice this number, below it only warns


def decode(file: FileBytes, limits: Limits, *, detail_px: int) -> Picture:
    """Decode a file once.

    Args:
        file: as read_file gave it.
        limits: its pixels are compared with the header before anything is decoded.
        detail_px: shortest side that the caller will scale the picture down to.
    Raises: UnreadableImage with the reason; warnings of Pillow are silent.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with Image.open(BytesIO(file.data), formats=READ_FORMATS) as opened:
                return _load(file.path, opened, limits, detail_px)
        except UnidentifiedImageError as error:
            reason = "is damaged at its start, or not an image in a format that is read here"
            raise UnreadableImage(file.path, reason) from error
        except Image.DecompressionBombError as error:
            raise UnreadableImage(file.path, _too_many_pixels(None, limits)) from error
        except MemoryError as error:
            raise UnreadableImage(file.path, _TOO_MUCH_MEMORY) from error
        except DECODER_FAILURES as error:
            raise UnreadableImage(file.path, f"is cut short or damaged ({error})") from error


def _load(path: str, opened: ImageFile.ImageFile, limits: Limits, detail_px: int) -> Picture:
    width, height = opened.size
    if width * height > limits.pixels:
        raise UnreadableImage(path, _too_many_pixels((width, height), limits))
    wanted = math.ceil(detail_px * MARGIN)
    drafted = opened.draft(None, (wanted, wanted))
    opened.load()
    if drafted is None:  # a few formats (ICO) tell their true size only now
        width, height = opened.size
    orientation = orientation_of(opened)
    rgb = _shrunk_rgb(opened, wanted)
    if orientation in _UPRIGHT:
        rgb = rgb.transpose(_UPRIGHT[orientation])
    if orientation in (5, 6, 7, 8):
        width, height = height, width
    return Picture(width, height, rgb)


def _too_many_pixels(size: tuple[int, int] | None, limits: Limits) -> str:
    found = "has"
    if size is not None:
        found = f"has {size[0]} x {size[1]} = {size[0] * size[1] / 1e6:,.0f} megapixels,"
    limit = f"more than the limit of {limits.pixels / 1e6:,.0f} megapixels"
    return f"{found} {limit}; raise the limit to take it in"


def orientation_of(opened: ImageFile.ImageFile) -> int:
    """The EXIF orientation that the file tells, 1 where it tells none."""
    try:
        return int(opened.getexif().get(0x0112, 1))
    except DECODER_FAILURES:  # damaged EXIF does not make the pixels worse
        return 1


def _shrunk_rgb(opened: Image.Image, wanted: int) -> Image.Image:
    """The picture in RGB, averaged by the largest whole factor that leaves `wanted` on the short side."""
    tones = _tones(opened)
    if opened.width * opened.height <= _BAND_PIXELS:
        return _to_rgb(opened, tones)
    factor = max(1, min(opened.size) // wanted)
    size = (-(-opened.width // factor), -(-opened.height // factor))
    rgb = Image.new("RGB", size)
    rows = max(1, _BAND_PIXELS // opened.width // factor) * factor
    for top in range(0, opened.height, rows):
        band = opened.crop((0, top, opened.width, min(top + rows, opened.height)))
        rgb.paste(_to_rgb(band, tones).reduce(factor), (0, top // factor))
    return rgb


def _tones(opened: Image.Image) -> tuple[float, float] | None:
    """For 32-bit pictures the values that become 0 and 255; None for the others."""
    if opened.mode not in ("I", "F"):
        return None
    low, high = (float(value) for value in opened.getextrema())  # type: ignore[arg-type]
    if not (math.isfinite(low) and math.isfinite(high)):
        return 0.0, 255.0
    if opened.mode == "F" and low >= 0 and high <= 1:
        return 0.0, 1.0
    return (0.0, 255.0) if low >= 0 and high <= 255 else (low, high)


def _to_rgb(piece: Image.Image, tones: tuple[float, float] | None) -> Image.Image:
    if piece.mode == "RGB" and "transparency" not in piece.info:
        return piece
    if tones is not None:
        return _stretched(piece, *tones)
    if piece.mode.startswith("I;16"):
        return Image.fromarray((np.asarray(piece) >> 8).astype(np.uint8)).convert("RGB")
    if piece.has_transparency_data:
        rgba = piece.convert("RGBA")
        white = Image.new("RGBA", piece.size, "white")
        return Image.alpha_composite(white, rgba).convert("RGB")
    return piece.convert("RGB")


def _stretched(piece: Image.Image, low: float, high: float) -> Image.Image:
    values = np.nan_to_num(np.asarray(piece, np.float32), nan=low, posinf=high, neginf=low)
    grey = np.clip(np.rint((values - low) * (255.0 / max(high - low, 1e-30))), 0, 255)
    return Image.fromarray(grey.astype(np.uint8)).convert("RGB")
