"""From an upright RGB image to the square of bytes that a network takes."""

from __future__ import annotations

import numpy as np
from PIL import Image

from labelgraft.domain.arrays import Pixels
from labelgraft.domain.backbone import Interpolation, Preprocessing

PREPARATION_ID = "square-box-1"
"""Part of every cache key: change it when `square_of` gives other bytes for the same image."""

RESAMPLING = {
    Interpolation.BILINEAR: Image.Resampling.BILINEAR,
    Interpolation.BICUBIC: Image.Resampling.BICUBIC,
}
REDUCING_GAP = 3.0


def square_of(image: Image.Image, preprocessing: Preprocessing) -> Pixels:
    """The centre square of an image, resized to the network's input.

    Cutting out and resizing are one step, which costs less than resizing what is cut away afterwards and
    rounds no edge to a whole pixel. Images over six times the input are first shrunk by whole numbers
    (Pillow's reducing_gap); that changes no byte of smaller ones.

    Args:
        image: upright; any mode, RGB is not converted.
    Returns: (input_px, input_px, 3) uint8, RGB.
    """
    if image.mode != "RGB":
        image = image.convert("RGB")
    width, height = image.size
    side = min(width, height) * preprocessing.crop_fraction
    left, top = (width - side) / 2, (height - side) / 2
    size = preprocessing.input_px
    square = image.resize(
        (size, size),
        RESAMPLING[preprocessing.interpolation],
        box=(left, top, left + side, top + side),
        reducing_gap=REDUCING_GAP,
    )
    return np.asarray(square)
