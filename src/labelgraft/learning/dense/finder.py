"""A trained dense network as a finder of shapes, for the workers that look through many images."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from labelgraft.domain.arrays import Pixels
from labelgraft.learning.dense import deployed
from labelgraft.learning.detectors.answer import Found


class DenseFinder:
    """One model on one thread."""

    def __init__(self, model: deployed.DenseModel) -> None:
        self._model = model
        self.detail_px: int | None = min(model.canvas.width_px, model.canvas.height_px)

    def find(self, pixels: Pixels, *, threshold: float) -> Found:
        """What is in an upright RGB image, in its pixels."""
        found: Found = self._model.find([pixels], threshold=threshold)[0]
        return found


def open_dense(folder: Path, about: Mapping[str, Any]) -> DenseFinder:
    """about: "file", the network's file in the model's folder. Raises BadFormat, WorkspaceDamaged."""
    torch.set_num_threads(1)
    return DenseFinder(deployed.load(str(folder / str(about["file"]))))
