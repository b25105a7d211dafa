"""A pyramid under a head: what is trained, kept and used."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from labelgraft.errors import BadSetting
from labelgraft.learning.dense.detection_head import DetectionHead
from labelgraft.learning.dense.head import DenseHead
from labelgraft.learning.dense.pyramid import Pyramid
from labelgraft.learning.finetuning.network import Base

BOXES = "boxes"
KINDS = (BOXES,)


class DenseNetwork(nn.Module):
    """frozen stages -> trained stages -> head."""

    def __init__(
        self, base: Base, kind: str, class_count: int, boundary: int, *, learns_statistics: bool = False
    ) -> None:
        super().__init__()
        self.base = base
        self.pyramid = Pyramid(base, boundary, learns_statistics=learns_statistics)
        self.head: Any = make_head(kind, self.pyramid.widths, class_count)
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    @property
    def dense_head(self) -> DenseHead:
        """The head as the ladder knows it."""
        head: DenseHead = self.head
        return head

    def forward(self, given: list[Tensor]) -> Any:
        """The head's answers from the frozen maps; at boundary 0 from one list of normalised images."""
        return self.head(self.pyramid.maps(given))

    def trained_tensors(self) -> dict[str, Tensor]:
        """Everything that training may change, by name: the stages above the boundary, and the head."""
        frozen = tuple(f"pyramid.stages.{stage}." for stage in range(self.pyramid.boundary))
        return {name: tensor for name, tensor in self.state_dict().items() if not name.startswith(frozen)}

    def load_trained(self, tensors: dict[str, Tensor]) -> None:
        """The inverse; also takes the whole state of a network with another boundary.

        Raises RuntimeError if names or shapes differ.
        """
        missing, foreign = self.load_state_dict(tensors, strict=False)
        lacking = sorted(set(missing) & set(self.trained_tensors()))
        if foreign or lacking:
            raise RuntimeError(f"unexpected tensors {sorted(foreign)[:3]}, missing {lacking[:3]}")


def make_head(kind: str, widths: Sequence[int], class_count: int) -> nn.Module:
    """A fresh head of that kind. Raises BadSetting."""
    if kind == BOXES:
        return DetectionHead(tuple(widths), class_count)
    raise BadSetting(f"head: found {kind!r}, expected one of {', '.join(KINDS)}. Nothing was trained.")
