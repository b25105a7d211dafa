"""Views: changed copies of an image on the canvas, the same every time for the same image and number.

View 0 is the image itself, view 1 its mirror; the others are zoomed, moved, mirrored and recoloured by numbers that
follow from the image's key and the view's number alone. A view keeps its placing, not the targets: those are mapped
when they are trained on, and may change after the view was cached.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageEnhance

from labelgraft.domain.arrays import Pixels
from labelgraft.domain.training import Augmentation
from labelgraft.learning.dense.canvas import PAD, Canvas, Placing, fitted

CLEAN, MIRROR = 0, 1
RECIPE = 1
"""Part of every cache key: change it when `view_of` gives another view for the same image and number."""
_ZOOM = (0.7, 1.6)
_SQUEEZE = 1.12


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A decoded image, upright RGB, perhaps smaller than it is in truth.

    key: what it is known by (its content hash). width_px, height_px: in full resolution.
    """

    key: str
    pixels: Pixels
    width_px: int
    height_px: int


@dataclass(frozen=True, slots=True)
class View:
    """What is done to one image. shift_x, shift_y: -1 to 1, from one end to the other of where the image may lie so
    that no needless edge is seen. squeeze: width against height. Factors of colour: 1 = unchanged.
    """

    number: int
    zoom: float = 1.0
    squeeze: float = 1.0
    shift_x: float = 0.0
    shift_y: float = 0.0
    mirrored: bool = False
    brightness: float = 1.0
    contrast: float = 1.0
    saturation: float = 1.0

    def placing(self, width_px: int, height_px: int, canvas: Canvas) -> Placing:
        """From the image in full resolution to the canvas."""
        base = fitted(width_px, height_px, canvas, self.zoom)
        root = math.sqrt(self.squeeze)
        scale_x, scale_y = base.scale_x * root, base.scale_y / root
        room_x = (canvas.width_px - scale_x * width_px) / 2
        room_y = (canvas.height_px - scale_y * height_px) / 2
        left = room_x + abs(room_x) * self.shift_x
        top = room_y + abs(room_y) * self.shift_y
        if self.mirrored:
            return Placing(-scale_x, scale_y, left + scale_x * width_px, top)
        return Placing(scale_x, scale_y, left, top)

    def of(self, picture: Picture, canvas: Canvas) -> Pixels:
        """(H, W, 3) uint8: the picture where `placing` says, grey around it."""
        place = self.placing(picture.width_px, picture.height_px, canvas)
        height, width = picture.pixels.shape[:2]
        # from the canvas to the decoded pixels, as if it were not mirrored
        scale_x, scale_y = abs(place.scale_x), place.scale_y
        start_x = place.offset_x if not self.mirrored else place.offset_x - scale_x * picture.width_px
        to_x, to_y = width / (scale_x * picture.width_px), height / (scale_y * picture.height_px)
        x = _visible(start_x, scale_x * picture.width_px, canvas.width_px)
        y = _visible(place.offset_y, scale_y * picture.height_px, canvas.height_px)
        before, after = x[0] - start_x, start_x + scale_x * picture.width_px - x[1]
        left, right = (after, before) if self.mirrored else (before, after)  # what is cut off of the image
        source = (
            max(0.0, left * to_x),
            max(0.0, (y[0] - place.offset_y) * to_y),
            min(float(width), width - right * to_x),
            min(float(height), (y[1] - place.offset_y) * to_y),
        )
        seen = Image.fromarray(picture.pixels).resize(
            (x[1] - x[0], y[1] - y[0]), Image.Resampling.BILINEAR, box=source, reducing_gap=2.0
        )
        if self.mirrored:
            seen = seen.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        result = np.full((canvas.height_px, canvas.width_px, 3), PAD, np.uint8)
        result[y[0] : y[1], x[0] : x[1]] = np.asarray(self._coloured(seen))
        return result

    def _coloured(self, image: Image.Image) -> Image.Image:
        for enhance, factor in (
            (ImageEnhance.Brightness, self.brightness),
            (ImageEnhance.Contrast, self.contrast),
            (ImageEnhance.Color, self.saturation),
        ):
            if factor != 1.0:
                image = enhance(image).enhance(factor)
        return image


def _visible(start: float, length: float, limit: int) -> tuple[int, int]:
    """The whole pixels of the canvas that the image covers; at least one."""
    first = min(limit - 1, max(0, math.ceil(start - 1e-6)))
    last = max(first + 1, min(limit, math.floor(start + length + 1e-6)))
    return first, last


def view_of(key: str, number: int) -> View:
    """The view of that number of the image of that key."""
    if number == CLEAN:
        return View(CLEAN)
    if number == MIRROR:
        return View(MIRROR, mirrored=True)
    digest = hashlib.sha256(f"dense {RECIPE}/{key}/{number}".encode()).digest()
    draw = np.random.default_rng(int.from_bytes(digest[:8], "big"))
    brightness, contrast, saturation = draw.uniform(0.75, 1.25, size=3)
    return View(
        number,
        zoom=float(math.exp(draw.uniform(math.log(_ZOOM[0]), math.log(_ZOOM[1])))),
        squeeze=float(math.exp(draw.uniform(-math.log(_SQUEEZE), math.log(_SQUEEZE)))),
        shift_x=float(draw.uniform(-1, 1)),
        shift_y=float(draw.uniform(-1, 1)),
        mirrored=bool(draw.integers(2)),
        brightness=float(brightness),
        contrast=float(contrast),
        saturation=float(saturation),
    )


def views_per_image(image_count: int, augmentation: Augmentation) -> int:
    """How many views to cache of each image: 8 up to 100 images, 4 up to 1,000, 2 above; fewer if so chosen."""
    if augmentation is Augmentation.NONE:
        return 1
    if augmentation is Augmentation.MIRROR:
        return 2
    return 8 if image_count <= 100 else 4 if image_count <= 1000 else 2
