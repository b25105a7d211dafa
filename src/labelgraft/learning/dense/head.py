"""What every dense head does, so that the ladder, the run and the prediction know only this."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from torch import Tensor

from labelgraft.domain.training import ClassMetric
from labelgraft.learning.dense.canvas import Canvas, Placing
from labelgraft.learning.dense.truth import Truth


@dataclass(frozen=True, slots=True)
class Seen:
    """One image on the canvas: where it lies, and its size in full resolution."""

    placing: Placing
    width_px: int
    height_px: int


@dataclass(frozen=True, slots=True)
class DenseScore:
    """How good a network is on images it was not trained on.

    figure: the one that decides (AP50 for boxes, mean IoU for areas), 0 to 1; name: what it is called. figures: all of
    them by name. count: images.
    """

    name: str
    figure: float
    figures: Mapping[str, float]
    per_class: tuple[ClassMetric, ...]
    count: int


class DenseHead(Protocol):
    """A torch module on the three maps of a pyramid. Answers, targets and what is found are of the head's own kind.

    A new head is right if tests/learning/dense/test_heads.py says so.
    """

    @property
    def kind(self) -> str:
        """What it is called in files: boxes, areas."""

    def __call__(self, maps: list[Tensor]) -> Any:
        """The answers for a batch of maps (n, channels, h, w) at strides 8, 16 and 32."""

    def loss(self, answers: Any, targets: list[Any]) -> dict[str, Tensor]:
        """The parts of the loss, to be summed. targets: one for each image."""

    def targets(self, truth: Truth, placing: Placing, canvas: Canvas) -> Any:
        """What one view of an image is taught, on the canvas."""

    def found(self, answers: Any, seen: Sequence[Seen], *, threshold: float) -> list[Any]:
        """What the answers say of each image, in pixels of the image in full resolution."""

    def score(
        self, truths: Sequence[Truth], found: Sequence[Any], class_names: Sequence[str]
    ) -> DenseScore | None:
        """How well that fits; None where the images hold nothing to be found."""

    def demand_taught(self, truths: Sequence[Truth]) -> None:
        """Raises NothingLabelled if there is nothing to learn from."""
