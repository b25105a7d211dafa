"""The names that backbones go by, taken apart.

efficientnet-lite0                     an entry of the catalogue
timm:resnet18                          any architecture of timm
torchvision:squeezenet1_0              any classification architecture of torchvision
onnx:/path/net.onnx#features           a file, with the output to take; "#..." may be left out
resnet50@/path/weights.safetensors     another one's weights, from a file
random:resnet50#7                      no pretraining; the seed, 0 if left out
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from labelgraft.errors import BadSetting


class Origin(StrEnum):
    """Where the weights of a backbone come from."""

    USUAL = "usual"
    FILE = "file"
    RANDOM = "random"


@dataclass(frozen=True, slots=True)
class BackboneName:
    """A backbone's name in its parts.

    base: catalogue name, timm:..., torchvision:... or onnx:FILE. output: of an ONNX file, "" to guess.
    """

    base: str
    origin: Origin = Origin.USUAL
    weights_file: Path | None = None
    seed: int = 0
    output: str = ""

    @classmethod
    def parse(cls, name: str) -> BackboneName:
        """Raises: BadSetting if the seed is no whole number or random weights come with a file."""
        if name.startswith("onnx:"):
            base, _, output = name.partition("#")
            return cls(base, output=output)
        if name.startswith("random:"):
            base, _, seed = name.removeprefix("random:").partition("#")
            if "@" in base or base.startswith("onnx:"):
                raise BadSetting(
                    f"backbone {name!r}: random weights go with an architecture, not with a file."
                )
            if seed and not seed.isdecimal():
                raise BadSetting(
                    f"backbone {name!r}: found seed {seed!r}, expected a whole number after '#'."
                )
            return cls(base, Origin.RANDOM, seed=int(seed or 0))
        base, _, file = name.partition("@")
        return cls(base, Origin.FILE, Path(file)) if file else cls(base)
