"""The one size that all images of a training are brought to, and where an image lies in it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from labelgraft.domain.arrays import Doubles
from labelgraft.errors import BadSetting

STEP = 32
"""Both sides are multiples of the coarsest stride."""
LONG_SIDE = 512
"""bccd, 100 images: AP50 87 at 512, 82 at 416; its platelets, 40 of 640 px, 79 and 64."""
SMALL_SIDE = 256
SMALLEST, LARGEST = 64, 2048
PAD = 114


@dataclass(frozen=True, slots=True)
class Canvas:
    """Input size of the network in pixels. Raises BadSetting for sides that are no multiples of 32 within 64 to 2048."""

    width_px: int
    height_px: int

    def __post_init__(self) -> None:
        for side in (self.width_px, self.height_px):
            if side % STEP or not SMALLEST <= side <= LARGEST:
                raise BadSetting(
                    f"input size: found {self.width_px} x {self.height_px}, expected sides that are multiples "
                    f"of {STEP} from {SMALLEST} to {LARGEST}. Nothing was trained."
                )

    @classmethod
    def for_images(cls, sizes: Sequence[tuple[int, int]], long_side: int | None = None) -> Canvas:
        """With the shape of the middle one of the images (width, height), so that little of it stays empty.

        long_side: None = that of the images, within 256 to 512.
        """
        if long_side is None:
            middle = float(np.median([max(size) for size in sizes])) if sizes else LONG_SIDE
            long_side = STEP * math.ceil(min(LONG_SIDE, max(SMALL_SIDE, middle)) / STEP)
        shape = float(np.median([math.log(width / height) for width, height in sizes])) if sizes else 0.0
        short = long_side * math.exp(-abs(shape))
        rounded = min(long_side, max(SMALLEST, STEP * round(short / STEP)))
        return cls(long_side, rounded) if shape >= 0 else cls(rounded, long_side)


@dataclass(frozen=True, slots=True)
class Placing:
    """Maps an image onto a canvas: x of the canvas = x of the image * scale_x + offset_x, y likewise.

    scale_x < 0: mirrored. The image is that of full resolution, whatever was decoded.
    """

    scale_x: float
    scale_y: float
    offset_x: float
    offset_y: float

    def boxes(self, boxes: Doubles) -> Doubles:
        """(N, 4) left, top, right, bottom of the image, on the canvas; not clipped."""
        x = boxes[:, [0, 2]] * self.scale_x + self.offset_x
        y = boxes[:, [1, 3]] * self.scale_y + self.offset_y
        return np.stack([x.min(1), y.min(1), x.max(1), y.max(1)], axis=1)

    def points(self, points: Doubles) -> Doubles:
        """(..., 2) x, y of the image, on the canvas."""
        placed: Doubles = points * [self.scale_x, self.scale_y] + [self.offset_x, self.offset_y]
        return placed

    @property
    def back(self) -> Placing:
        """From the canvas to the image."""
        return Placing(
            1 / self.scale_x, 1 / self.scale_y, -self.offset_x / self.scale_x, -self.offset_y / self.scale_y
        )


def fitted(width_px: int, height_px: int, canvas: Canvas, zoom: float = 1.0) -> Placing:
    """The image whole (at zoom 1) and in the middle, both axes at one scale."""
    scale = zoom * min(canvas.width_px / width_px, canvas.height_px / height_px)
    return Placing(
        scale, scale, (canvas.width_px - scale * width_px) / 2, (canvas.height_px - scale * height_px) / 2
    )
