"""Users' ONNX files as finders."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from labelgraft.domain.arrays import Pixels
from labelgraft.domain.shapes.shape import ShapeKind
from labelgraft.learning.detectors.answer import Found
from labelgraft.learning.detectors.described import description_from_json
from labelgraft.learning.detectors.onnx_detector import OnnxDetector


class OnnxFinder:
    """A described ONNX file as a finder."""

    def __init__(self, detector: OnnxDetector) -> None:
        self._detector = detector

    @property
    def detail_px(self) -> int | None:
        """Masks are made at the image's own resolution; boxes and points need no more than the network sees."""
        layout = self._detector.description.input
        masks = self._detector.description.shape_kind is ShapeKind.MASK
        return None if masks else max(layout.width_px, layout.height_px)

    def find(self, pixels: Pixels, *, threshold: float) -> Found:
        """See Finder."""
        return self._detector.find([pixels], threshold=threshold)[0]


def open_onnx(folder: Path, about: Mapping[str, Any]) -> OnnxFinder:
    """about: `file` beside or below the folder, and its `description`. Raises: BadInput, BadSetting, MissingExtra."""
    return OnnxFinder(OnnxDetector(description_from_json(about["description"]), folder / str(about["file"])))
