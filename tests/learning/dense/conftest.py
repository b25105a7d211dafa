"""Small real backbones and made images with a few shapes that a head can learn in seconds."""

from __future__ import annotations

import numpy as np
import pytest

from labelgraft.learning.dense.truth import Truth
from labelgraft.learning.dense.views import Picture
from labelgraft.learning.finetuning.base import base_source
from labelgraft.learning.finetuning.network import BaseSource


@pytest.fixture(scope="session")
def source() -> BaseSource:
    return base_source("efficientnet-lite0")


def drawn(number: int, *, empty: bool = False) -> tuple[Picture, Truth]:
    """An image of 160 x 120 with one to three squares (class 0) and discs (class 1) on noise."""
    draw = np.random.default_rng([7, number])
    pixels = draw.integers(90, 130, (120, 160, 3)).astype(np.uint8)
    boxes, classes = [], []
    for at in range(0 if empty else 1 + number % 3):
        side = int(draw.integers(28, 40))
        left, top = 4 + 52 * at + int(draw.integers(0, 10)), int(draw.integers(4, 116 - side))
        rows, columns = np.mgrid[0:120, 0:160]
        inside = (rows >= top) & (rows < top + side) & (columns >= left) & (columns < left + side)
        kind = int(draw.integers(2))
        if kind:
            inside &= (rows + 0.5 - top - side / 2) ** 2 + (columns + 0.5 - left - side / 2) ** 2 <= (
                side / 2
            ) ** 2
        pixels[inside] = (200, 40, 40) if kind else (40, 60, 210)
        boxes.append([left, top, left + side, top + side])
        classes.append(kind)
    truth = Truth(np.array(boxes, np.float64).reshape(-1, 4), np.array(classes, np.int64))
    return Picture(f"image {number}", pixels, 160, 120), truth
