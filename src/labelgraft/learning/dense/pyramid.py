"""The trunk: a backbone's maps at strides 8, 16 and 32, and the boundary between what is frozen and what is trained.

boundary b: the stages below the b-th of the three maps (that one included) are frozen, and its map is what is cached
together with those before it: 3 = all frozen, three maps; 2 = what makes stride 32 is trained; 1 = what makes strides
16 and 32; 0 = everything is trained, from pixels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from labelgraft.errors import BadSetting
from labelgraft.learning.finetuning.network import Base

STRIDES = (8, 16, 32)
LEVELS = len(STRIDES)


class Pyramid(nn.Module):
    """The stages of a backbone, each from the map before it to the next map. Raises BadSetting where it has none.

    Batch norms keep their statistics, unless `learns_statistics`. The module of the base is taken over.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, base: Base, boundary: int, *, learns_statistics: bool = False) -> None:
        super().__init__()
        if not 0 <= boundary <= LEVELS:
            raise BadSetting(f"frozen stages: found {boundary}, expected 0 to {LEVELS}. Nothing was trained.")
        found = _stages(base)
        self.stages = nn.ModuleList(found.stages)
        self.widths = found.widths
        self.boundary, self.learns_statistics = boundary, learns_statistics
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.register_buffer("mean", torch.tensor(base.mean).view(1, 3, 1, 1) * 255, persistent=False)
        self.register_buffer("std", torch.tensor(base.std).view(1, 3, 1, 1) * 255, persistent=False)
        for stage in self.stages[:boundary]:
            stage.requires_grad_(False)

    def normalised(self, pixels: Tensor) -> Tensor:
        """(n, 3, H, W) float32 from (n, H, W, 3) uint8."""
        seen = (pixels.permute(0, 3, 1, 2).to(torch.float32) - self.mean) / self.std
        return seen.contiguous(memory_format=torch.channels_last)

    def frozen_maps(self, images: Tensor) -> list[Tensor]:
        """The maps up to the boundary, from normalised images: what is cached."""
        return _run(self.stages[: self.boundary], images)

    def maps(self, given: list[Tensor]) -> list[Tensor]:
        """All three maps from those up to the boundary; at boundary 0 from one list of normalised images."""
        if self.boundary == 0:
            return _run(self.stages, given[0])
        return given + _run(self.stages[self.boundary :], given[-1])

    def train(self, mode: bool = True) -> Pyramid:
        """Like torch's, but what is frozen stays frozen, and statistics stay unless they are to be learnt."""
        super().train(mode)
        for number, stage in enumerate(self.stages):
            if number < self.boundary:
                stage.eval()
        if not self.learns_statistics:
            for module in self.modules():
                if isinstance(module, nn.modules.batchnorm._BatchNorm):
                    module.eval()
        return self


@dataclass(frozen=True, slots=True)
class _Stages:
    stages: tuple[nn.Sequential, ...]
    widths: tuple[int, ...]


def _run(stages: nn.ModuleList, image: Tensor) -> list[Tensor]:
    """The map after each stage."""
    found = []
    for stage in stages:
        image = stage(image)
        found.append(image)
    return found


def _stages(base: Base) -> _Stages:
    """Cuts a network of timm whose parts follow one another at its last maps of strides 8, 16 and 32, and tries it."""
    found = feature_rows(base.module)
    if not hasattr(base.module, "forward_intermediates"):
        raise BadSetting(f"Backbone {base.backbone} gives no maps of several sizes. Nothing was trained.")
    if not set(STRIDES) <= set(found):
        raise BadSetting(
            f"Backbone {base.backbone} gives maps of the strides {sorted(found)}, expected 8, 16 and 32 among "
            "them. Nothing was trained. Choose a convolutional backbone, like the default one."
        )
    chosen = [found[stride] for stride in STRIDES]
    stages = _cut(base, [str(row["module"]) for _, row in chosen])
    widths = tuple(int(row["num_chs"]) for _, row in chosen)
    _demand_equal(base, stages, [at for at, _ in chosen])
    return _Stages(stages, widths)


def feature_rows(module: nn.Module) -> dict[int, tuple[int, dict[str, Any]]]:
    """By stride: number and description of the last of timm's features there; empty where timm knows none."""
    info = getattr(module, "feature_info", None)
    rows = [] if info is None else info if isinstance(info, list) else info.info
    return {int(row["reduction"]): (at, row) for at, row in enumerate(rows)}


def _cut(base: Base, ends: list[str]) -> tuple[nn.Sequential, ...]:
    """Sequences of the network's parts, each up to and with the part of that name."""
    parts: list[nn.Module] = []
    stages: list[nn.Sequential] = []
    owners = {name.rpartition(".")[0] for name in ends} - {""}
    for name, child in base.module.named_children():
        inner = child.named_children() if name in owners else [("", child)]
        for below, part in inner:
            if len(stages) == len(ends):
                break
            parts.append(part)
            if f"{name}.{below}".strip(".") == ends[len(stages)]:
                stages.append(nn.Sequential(*parts))
                parts = []
    if len(stages) < len(ends):
        raise BadSetting(
            f"Backbone {base.backbone} cannot be cut after {', '.join(ends)}: its parts do not follow one another. "
            "Nothing was trained. Choose another backbone, like the default one."
        )
    return tuple(stages)


def _demand_equal(base: Base, stages: tuple[nn.Sequential, ...], indices: list[int]) -> None:
    """Raises BadSetting unless the stages give timm's own maps."""
    base.module.eval()
    example = torch.randn((1, 3, 96, 96), generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        wanted = base.module.forward_intermediates(  # type: ignore[operator]
            example, indices=indices, intermediates_only=True
        )
        got = example
        for stage, map_ in zip(stages, wanted, strict=True):
            got = stage.eval()(got)
            if got.shape != map_.shape or float((got - map_).abs().max()) > 1e-4 * float(
                map_.abs().max() + 1
            ):
                raise BadSetting(
                    f"Backbone {base.backbone}: run part by part it gives other maps than as a whole. Nothing was "
                    "trained. Choose another backbone, like the default one."
                )
