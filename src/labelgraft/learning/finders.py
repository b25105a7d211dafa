"""Models that find shapes in an image, whoever made them: users' files, or our own heads.

A kind of finder is one line of KINDS: the function that opens it from a model's folder and what its card says of it.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol, cast

from labelgraft.domain.arrays import Pixels
from labelgraft.errors import UnknownName
from labelgraft.learning.detectors.answer import Found


class Finder(Protocol):
    """One model, loaded, on one thread.

    detail_px: the shortest side that it needs of an image: larger ones may come scaled down. None: every pixel.
    """

    @property
    def detail_px(self) -> int | None:
        """See above."""

    def find(self, pixels: Pixels, *, threshold: float) -> Found:
        """What is in an image of (H, W, 3) uint8 RGB, upright; in its pixels. threshold: least confidence, 0 to 1.

        Raises: BadInput where the model gives what was not said of it.
        """


KINDS: Mapping[str, str] = {
    "onnx": "labelgraft.learning.detectors.onnx_finder.open_onnx",
    "dense": "labelgraft.learning.dense.finder.open_dense",
}
"""Which function of (the model's folder, what its card says under "finder") opens each kind; imported when needed."""


def open_finder(folder: Path, about: Mapping[str, Any]) -> Finder:
    """Raises: UnknownName for a kind of another version; what the kind's own function raises."""
    kind = str(about["kind"])
    if kind not in KINDS:
        raise UnknownName("kind of model", kind, KINDS)
    module, _, name = KINDS[kind].rpartition(".")
    opener = cast(
        "Callable[[Path, Mapping[str, Any]], Finder]", getattr(importlib.import_module(module), name)
    )
    return opener(folder, about)
