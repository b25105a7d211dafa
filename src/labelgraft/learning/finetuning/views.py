"""Views: changed copies of an image to train on, the same every time for the same image and view number.

View 0 is the image itself, view 1 its mirror, the others are cropped, scaled and recoloured by numbers that
follow from the image's key and the view's number alone. A view's `affine` is kept with it: labels that have
a place arrive later and are mapped when they are trained on.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageEnhance

from labelgraft.domain.arrays import Doubles
from labelgraft.domain.training import Augmentation

CLEAN = 0
MIRROR = 1
RECIPE = 1
"""Part of every cache key: change it when `view_of` gives another view for the same image and number."""
_SMALLEST_CROP = 0.6
"""Side of the smallest crop as a share of the shorter side: with less, what gave the class is often gone."""


@dataclass(frozen=True, slots=True)
class View:
    """What is done to one image, in this order: crop, mirror, recolour.

    left, top, right, bottom: the crop as fractions of the image, 0 to 1. brightness, contrast, saturation:
    factors, 1 = unchanged.
    """

    number: int
    left: float = 0.0
    top: float = 0.0
    right: float = 1.0
    bottom: float = 1.0
    mirrored: bool = False
    brightness: float = 1.0
    contrast: float = 1.0
    saturation: float = 1.0

    def affine(self, width_px: int, height_px: int) -> Doubles:
        """(2, 3): from a point of the upright image (x, y, 1) to the same point of the view, both in
        pixels.
        """
        left, top, right, _ = self.box(width_px, height_px)
        if self.mirrored:
            return np.array([[-1.0, 0.0, right], [0.0, 1.0, -top]])
        return np.array([[1.0, 0.0, -left], [0.0, 1.0, -top]])

    def box(self, width_px: int, height_px: int) -> tuple[int, int, int, int]:
        """The crop in whole pixels: left, top, right, bottom; never empty."""
        left, top = int(self.left * width_px), int(self.top * height_px)
        right, bottom = round(self.right * width_px), round(self.bottom * height_px)
        return left, top, max(right, left + 1), max(bottom, top + 1)

    def of(self, image: Image.Image) -> Image.Image:
        """The view of an upright RGB image."""
        box = self.box(*image.size)
        seen = image if box == (0, 0, *image.size) else image.crop(box)
        if self.mirrored:
            seen = seen.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        for enhance, factor in (
            (ImageEnhance.Brightness, self.brightness),
            (ImageEnhance.Contrast, self.contrast),
            (ImageEnhance.Color, self.saturation),
        ):
            if factor != 1.0:
                seen = enhance(seen).enhance(factor)
        return seen


def view_of(image_key: str, number: int) -> View:
    """The view of that number; image_key: what the image is known by (its content hash)."""
    if number == CLEAN:
        return View(CLEAN)
    if number == MIRROR:
        return View(MIRROR, mirrored=True)
    digest = hashlib.sha256(f"{image_key}/{number}".encode()).digest()
    draw = np.random.default_rng(int.from_bytes(digest[:8], "big"))
    side = draw.uniform(_SMALLEST_CROP, 1.0)
    width, height = min(1.0, side * draw.uniform(0.9, 1.1)), side
    left, top = draw.uniform(0.0, 1.0 - width), draw.uniform(0.0, 1.0 - height)
    brightness, contrast, saturation = draw.uniform(0.75, 1.25, size=3)
    return View(
        number,
        left=float(left),
        top=float(top),
        right=float(left + width),
        bottom=float(top + height),
        mirrored=bool(draw.integers(2)),
        brightness=float(brightness),
        contrast=float(contrast),
        saturation=float(saturation),
    )


def view_name(number: int) -> str:
    """What a view is kept under; the image itself and its mirror follow no recipe."""
    return f"view {number}" if number in (CLEAN, MIRROR) else f"view {number} recipe {RECIPE}"


def views_per_image(image_count: int, augmentation: Augmentation) -> int:
    """How many views to cache of each image: 8 up to 100 images, 4 up to 1,000, 2 above; fewer if so
    chosen.
    """
    if augmentation is Augmentation.NONE:
        return 1
    if augmentation is Augmentation.MIRROR:
        return 2
    return 8 if image_count <= 100 else 4 if image_count <= 1000 else 2
