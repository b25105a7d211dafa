"""What is known of the frozen part of a network before it computes: which engine, which layer, which shape.

Safe to import without torch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Engine:
    """What computes a network, and how precisely: openvino or torch, bf16 or f32."""

    backend: str = "torch"
    precision: str = "f32"


EXACT = Engine()
"""What every other engine is compared with."""


@dataclass(frozen=True, slots=True)
class FrozenFacts:
    """The frozen part of a backbone: what its activations depend on besides the image and its view.

    backbone: with its seed where weights are random. frozen_blocks: k, the part ends after the k-th block.
    shape: of the activations of one image. converted: the folder with the network as OpenVINO reads it, "" for torch.
    """

    backbone: str
    weights_digest: str
    frozen_blocks: int
    shape: tuple[int, ...]
    engine: Engine = EXACT
    converted: str = ""

    @property
    def layer(self) -> str:
        """The name of the place where the network was cut."""
        return f"block {self.frozen_blocks}"

    def as_mapping(self) -> dict[str, Any]:
        """As JSON values."""
        return asdict(self)

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> FrozenFacts:
        """The inverse."""
        given = {**values, "shape": tuple(values["shape"]), "engine": Engine(**values["engine"])}
        return cls(**given)
