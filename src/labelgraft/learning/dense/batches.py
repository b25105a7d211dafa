"""Where a training's inputs come from: kept maps of a few views, or pixels of ever new ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from labelgraft.domain.arrays import Ints
from labelgraft.domain.training import Augmentation
from labelgraft.learning.dense.cache import PyramidCache
from labelgraft.learning.dense.canvas import Canvas
from labelgraft.learning.dense.head import Seen
from labelgraft.learning.dense.pyramid import Pyramid
from labelgraft.learning.dense.views import CLEAN, Picture, view_of

_FIRST_DRAWN = 2
_FRESH = 2**31


class Inputs(Protocol):
    """What a network takes for some images, each in some view."""

    @property
    def boundary(self) -> int:
        """Of the pyramid that takes them."""

    @property
    def canvas(self) -> Canvas:
        """What images lie on."""

    def numbers(self, draw: np.random.Generator, count: int) -> Ints:
        """Drawn view numbers."""

    def given(self, rows: Ints, numbers: Ints, device: torch.device) -> list[Tensor]:
        """What `DenseNetwork.forward` takes."""

    def seen(self, row: int, number: int) -> Seen:
        """Where an image lies in a view."""


class CachedInputs:
    """The kept maps up to a boundary of at least 1."""

    def __init__(self, cache: PyramidCache, boundary: int) -> None:
        self.cache, self._boundary = cache, boundary

    @property
    def boundary(self) -> int:
        """Levels that are taken from the cache."""
        return self._boundary

    @property
    def canvas(self) -> Canvas:
        """That of the cache."""
        return self.cache.canvas

    def numbers(self, draw: np.random.Generator, count: int) -> Ints:
        """One of the kept views for each image."""
        return draw.integers(self.cache.view_count, size=count)

    def given(self, rows: Ints, numbers: Ints, device: torch.device) -> list[Tensor]:
        """Kept maps."""
        return self.cache.maps(rows, numbers, self._boundary, device)

    def seen(self, row: int, number: int) -> Seen:
        """As the view says."""
        return seen_of(self.cache.pictures[row], number, self.cache.canvas)


class FreshInputs:
    """Pixels, in a new view every time; everything is trained."""

    boundary = 0

    def __init__(
        self, pictures: Sequence[Picture], canvas: Canvas, augmentation: Augmentation, pyramid: Pyramid
    ) -> None:
        self.pictures, self.canvas = pictures, canvas
        self.augmentation, self._pyramid = augmentation, pyramid

    def numbers(self, draw: np.random.Generator, count: int) -> Ints:
        """A view that probably never came before, or what the augmentation allows."""
        if self.augmentation is Augmentation.STANDARD:
            return draw.integers(_FIRST_DRAWN, _FRESH, size=count)
        return draw.integers(1 if self.augmentation is Augmentation.NONE else 2, size=count)

    def given(self, rows: Ints, numbers: Ints, device: torch.device) -> list[Tensor]:
        """Normalised images."""
        views = [
            view_of(self.pictures[row].key, int(number)).of(self.pictures[row], self.canvas)
            for row, number in zip(rows, numbers, strict=True)
        ]
        return [self._pyramid.normalised(torch.from_numpy(np.stack(views)).to(device))]

    def seen(self, row: int, number: int) -> Seen:
        """As the view says."""
        return seen_of(self.pictures[row], number, self.canvas)


def seen_of(picture: Picture, number: int, canvas: Canvas) -> Seen:
    """Where a picture lies in a view of it."""
    placing = view_of(picture.key, number).placing(picture.width_px, picture.height_px, canvas)
    return Seen(placing, picture.width_px, picture.height_px)


def clean(count: int) -> Ints:
    """The number of the unchanged view, for so many images."""
    return np.full(count, CLEAN, np.int64)
