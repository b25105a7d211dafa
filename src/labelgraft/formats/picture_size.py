"""How large an image is, from the head of its file."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

from PIL import Image, UnidentifiedImageError

from labelgraft.formats.pixels import DECODER_FAILURES, READ_FORMATS, orientation_of


@dataclass(frozen=True, slots=True)
class PictureSize:
    """Pixels of the upright image, and the EXIF orientation, 1 to 8, that makes it upright."""

    width_px: int
    height_px: int
    orientation: int = 1


def picture_size(path: str) -> PictureSize | None:
    """None for what is not there or no image; nothing is decoded."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with Image.open(path, formats=READ_FORMATS) as opened:
                orientation = orientation_of(opened)
                width, height = opened.size
        except (UnidentifiedImageError, Image.DecompressionBombError, *DECODER_FAILURES):
            return None
    if orientation not in range(1, 9):
        orientation = 1
    return (
        PictureSize(height, width, orientation)
        if orientation > 4
        else PictureSize(width, height, orientation)
    )
