"""The colour histogram: an embedding without a network, for the instant first map."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from PIL import Image

from labelgraft.domain.arrays import Floats, Pixels
from labelgraft.domain.backbone import Backbone
from labelgraft.learning.backbones.preparation import square_of

HUES, SATURATIONS, VALUES = 12, 4, 4
WIDTH = HUES * SATURATIONS * VALUES
DIGEST = hashlib.sha256(f"color-histogram 1: hsv {HUES}x{SATURATIONS}x{VALUES} root".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class HistogramNetwork:
    """Shares of joint HSV bins, square-rooted so that the rows have unit length and their dot product is the
    Bhattacharyya overlap of two histograms."""

    backbone: Backbone
    backend: str = "numpy"
    precision: str = "f32"
    weights_digest: str = DIGEST
    layer: str = "pooled"

    def prepare(self, image: Image.Image) -> Pixels:
        """(H, W, 3) uint8 of an upright RGB image."""
        return square_of(image, self.backbone.preprocessing)

    def embed(self, batch: Pixels) -> Floats:
        """(n, H, W, 3) uint8 -> (n, WIDTH) float32, rows of unit length."""
        return (
            np.stack([_histogram(pixels) for pixels in batch])
            if len(batch)
            else np.zeros((0, WIDTH), np.float32)
        )


def _histogram(pixels: Pixels) -> Floats:
    hsv = np.asarray(Image.fromarray(pixels).convert("HSV")).reshape(-1, 3).astype(np.int64)
    hue = hsv[:, 0] * HUES // 256
    saturation = hsv[:, 1] * SATURATIONS // 256
    value = hsv[:, 2] * VALUES // 256
    code = (hue * SATURATIONS + saturation) * VALUES + value
    share = np.bincount(code, minlength=WIDTH) / len(code)
    root: Floats = np.sqrt(share).astype(np.float32)
    return root
