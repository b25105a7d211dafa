"""Thumbnails of a decoded picture: 256 px for the gallery, 64 px cells in a sheet for the map.

Chosen by measurement on 276 x 241 px photos (cpu-ms per image, bytes, PSNR against the unpacked thumbnail):
WebP method 0 at quality 80 takes 1.4 ms, 8.1 kB, 37.4 dB; method 2 2.0 ms, 6.7 kB, 37.1 dB; method 4 4.4 ms,
6.4 kB, 37.5 dB. Method 0 looks the same and leaves the time to the network. For scaling down, Hamming is as
quick as bilinear (0.47 ms; bicubic 0.70, Lanczos 0.98) and visibly sharper.
"""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

from PIL import Image

LONG_SIDE_PX = 256
CELL_PX = 64
CELLS_PER_ROW = 16
SHEET_CELLS = CELLS_PER_ROW * CELLS_PER_ROW

_SCALING = Image.Resampling.HAMMING
_QUALITY = 80
_LARGE_QUALITY = 88
_METHOD = 0


def thumbnail(image: Image.Image) -> Image.Image:
    """The picture with its long side at most 256 px, aspect kept, never enlarged; RGB in, RGB out."""
    factor = LONG_SIDE_PX / max(image.size)
    if factor >= 1:
        return image
    size = (max(1, round(image.width * factor)), max(1, round(image.height * factor)))
    return image.resize(size, _SCALING, reducing_gap=2.0)


def large(image: Image.Image, long_side_px: int) -> bytes:
    """The picture as WebP with its long side at most that, never enlarged; RGB in."""
    if max(image.size) > long_side_px:
        factor = long_side_px / max(image.size)
        size = (max(1, round(image.width * factor)), max(1, round(image.height * factor)))
        image = image.resize(size, _SCALING, reducing_gap=2.0)
    buffer = BytesIO()
    image.save(buffer, "WEBP", quality=_LARGE_QUALITY, method=_METHOD, exif=b"", icc_profile=b"")
    return buffer.getvalue()


def small_of(thumbnail256: bytes) -> bytes:
    """The 64 px cell as WebP, of a 256 px thumbnail as WebP."""
    with Image.open(BytesIO(thumbnail256), formats=("WEBP",)) as opened:
        return webp(cell(opened.convert("RGB")))


def cell(image: Image.Image) -> Image.Image:
    """The picture's central square at 64 x 64 px, enlarged if it is smaller."""
    side = min(image.size)
    left, top = (image.width - side) / 2, (image.height - side) / 2
    box = (left, top, left + side, top + side)
    return image.resize((CELL_PX, CELL_PX), _SCALING, box=box, reducing_gap=2.0)


def thumbnail_and_cell(image: Image.Image) -> tuple[bytes, Image.Image]:
    """The 256 px thumbnail as WebP and the 64 px cell, of an upright RGB picture."""
    small = thumbnail(image)
    # The cell comes from the thumbnail, which is quicker, unless a long picture left too few pixels there.
    return webp(small), cell(small if min(small.size) >= CELL_PX else image)


def sheet(cells: Sequence[Image.Image]) -> bytes:
    """Up to 256 cells in one 1024 x 1024 px WebP, 16 x 16, row by row; the unused ones are black."""
    if len(cells) > SHEET_CELLS:
        raise ValueError(f"a sheet holds {SHEET_CELLS} cells, got {len(cells)}")
    side = CELLS_PER_ROW * CELL_PX
    whole = Image.new("RGB", (side, side))
    for number, one in enumerate(cells):
        row, column = divmod(number, CELLS_PER_ROW)
        whole.paste(one, (column * CELL_PX, row * CELL_PX))
    return webp(whole)


def webp(image: Image.Image) -> bytes:
    """An RGB picture as WebP, without metadata."""
    buffer = BytesIO()
    image.save(buffer, "WEBP", quality=_QUALITY, method=_METHOD, exif=b"", icc_profile=b"")
    return buffer.getvalue()
