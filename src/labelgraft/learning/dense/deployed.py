"""A trained dense network in use: what it finds in images."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import torch

from labelgraft.domain.arrays import Pixels
from labelgraft.errors import BadFormat, WorkspaceDamaged
from labelgraft.learning.dense.batches import seen_of
from labelgraft.learning.dense.canvas import Canvas
from labelgraft.learning.dense.network import DenseNetwork
from labelgraft.learning.dense.pyramid import LEVELS
from labelgraft.learning.dense.views import CLEAN, Picture, view_of
from labelgraft.learning.finetuning.base import base_source
from labelgraft.learning.finetuning.checkpoints import HeadHeader, read_head, write_head

THRESHOLD = 0.2
"""Lowest confidence that is worth showing to somebody."""
_CHUNK = 8


class DenseModel:
    """A network, its canvas and its classes."""

    def __init__(self, network: DenseNetwork, canvas: Canvas, class_names: Sequence[str]) -> None:
        self.network, self.canvas, self.class_names = network.eval(), canvas, tuple(class_names)

    @torch.inference_mode()
    def find(self, images: Sequence[Pixels], *, threshold: float = THRESHOLD) -> list[Any]:
        """What the head finds in upright RGB images (H, W, 3), each in its own pixels; `Found` where it finds boxes."""
        found: list[Any] = []
        for start in range(0, len(images), _CHUNK):
            pictures = [Picture("", p, p.shape[1], p.shape[0]) for p in images[start : start + _CHUNK]]
            found += self.find_in(pictures, threshold=threshold)
        return found

    @torch.inference_mode()
    def find_in(self, pictures: Sequence[Picture], *, threshold: float = THRESHOLD) -> list[Any]:
        """The same for a few pictures that may be smaller than they are in truth: in pixels of the full resolution."""
        view = view_of("", CLEAN)
        pixels = torch.from_numpy(np.stack([view.of(picture, self.canvas) for picture in pictures]))
        pyramid = self.network.pyramid
        images = pyramid.normalised(pixels.to(pyramid.mean.device))
        given = pyramid.frozen_maps(images) if pyramid.boundary else [images]
        seen = [seen_of(picture, CLEAN, self.canvas) for picture in pictures]
        return self.network.dense_head.found(self.network(given), seen, threshold=threshold)


def save(file: Path, network: DenseNetwork, header: HeadHeader) -> None:
    """What was trained of a network, with a header that says on what."""
    write_head(file, header, network.trained_tensors())


@lru_cache(maxsize=2)
def load(model_file: str) -> DenseModel:
    """A model that `save` wrote; the last two stay loaded. Raises BadFormat, WorkspaceDamaged."""
    header, tensors = read_head(Path(model_file))
    if not header.dense_kind or not 0 <= header.frozen_blocks <= LEVELS:
        raise BadFormat(f"{model_file}: this model finds no shapes. Nothing was loaded.")
    base = base_source(header.backbone)()  # a name with its seed, "random:...#7", where weights were random
    if header.frozen_blocks and base.digest != header.base_digest:
        raise WorkspaceDamaged(
            f"{model_file}: was trained on other weights of {header.backbone} than those installed now. "
            "Labels are not affected. Install the version it was trained with, or train again."
        )
    network = DenseNetwork(base, header.dense_kind, len(header.class_names), header.frozen_blocks)
    network.load_trained(tensors)
    return DenseModel(network, canvas_of(header), header.class_names)


def canvas_of(header: HeadHeader) -> Canvas:
    """The input size of a header. Raises BadFormat."""
    size = header.preprocessing.get("canvas")
    if not (isinstance(size, list | tuple) and len(size) == 2 and all(isinstance(n, int) for n in size)):
        raise BadFormat("model: its header names no input size. Nothing was loaded.")
    return Canvas(*size)
