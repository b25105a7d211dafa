"""Kept maps of views: one file of float16 for each level, in a folder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from labelgraft.domain.arrays import Bools, Ints
from labelgraft.learning.backbones.finite import demand_finite
from labelgraft.learning.dense.canvas import Canvas
from labelgraft.learning.dense.pyramid import LEVELS, STRIDES
from labelgraft.learning.dense.trunk_pass import TrunkPass
from labelgraft.learning.dense.views import Picture, view_of
from labelgraft.learning.finetuning.activation_file import ActivationFile

_IMAGES = 4
"""Whose views are made and computed at a time."""


class PyramidCache:
    """The three maps of V views of N pictures, all stages frozen; a boundary below takes the first of them."""

    def __init__(
        self,
        folder: Path,
        pictures: Sequence[Picture],
        view_count: int,
        canvas: Canvas,
        widths: tuple[int, ...],
    ) -> None:
        """Opens the files, or makes them anew where there are none of that shape."""
        self.pictures, self.view_count, self.canvas = pictures, view_count, canvas
        shapes = [
            (canvas.height_px // s, canvas.width_px // s, w) for s, w in zip(STRIDES, widths, strict=True)
        ]
        self.levels = [
            ActivationFile(folder, level, (len(pictures), view_count, *shapes[level]))
            for level in range(LEVELS)
        ]

    @property
    def nbytes(self) -> int:
        """Bytes on the disk."""
        return sum(level.values.nbytes for level in self.levels)

    def fill(
        self,
        trunk: TrunkPass,
        wanted: Bools | None = None,
        *,
        name: str = "the backbone",
        stepped: Callable[[int, int], None] = lambda *_: None,
    ) -> int:
        """Computes what is missing; gives how many views that were. stepped may raise to stop: what is done stays.

        wanted: (N, V) views that will be asked for, None = all.
        """
        known = np.logical_and.reduce([level.known for level in self.levels])
        missing = np.argwhere(~known if wanted is None else wanted & ~known)
        step = _IMAGES * self.view_count
        try:
            for start in range(0, len(missing), step):
                images, numbers = missing[start : start + step].T
                seen = np.stack(
                    [
                        view_of(self.pictures[i].key, int(v)).of(self.pictures[i], self.canvas)
                        for i, v in zip(images, numbers, strict=True)
                    ]
                )
                for level, maps in zip(self.levels, trunk(seen), strict=True):
                    demand_finite(maps.reshape(len(maps), -1), name, "f32")
                    level.put(images, numbers, maps)
                stepped(min(start + step, len(missing)), len(missing))
        finally:
            for level in self.levels:
                level.flush()
        return len(missing)

    def maps(self, images: Ints, numbers: Ints, boundary: int, device: torch.device) -> list[Tensor]:
        """(n, channels, h, w) float32 of the first `boundary` levels."""
        found = []
        for level in self.levels[:boundary]:
            rows = np.asarray(level.values[images, numbers], np.float32)
            found.append(torch.from_numpy(rows).to(device).permute(0, 3, 1, 2))
        return found
