"""The blocks of a network in the order in which data pass them: what can be frozen, under names people
read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from torch import nn

from labelgraft.errors import BadSetting
from labelgraft.learning import torchvision_compat

torchvision_compat.ensure_torchvision()

from timm.models import group_parameters  # noqa: E402  (timm needs the line above)


@dataclass(frozen=True, slots=True)
class Block:
    """A run of layers that is frozen or trained as one.

    name: "stem", "stage 1", "block 3", ... parameters: names in the network, such as "layer1.0.conv1.weight".
    """

    name: str
    parameters: tuple[str, ...]
    weight_count: int


def blocks(model: nn.Module) -> tuple[Block, ...]:
    """The blocks from the input to the embedding: 5 for a ResNet, 8 for efficientnet-lite0, 13 for a ViT-12.

    Any network of timm knows its blocks (`group_matcher`); one that does not is a single block.
    """
    sizes = {name: value.numel() for name, value in model.named_parameters()}
    matcher: Any = getattr(model, "group_matcher", None)
    if matcher is not None:
        found = group_parameters(model, matcher(coarse=True))
        groups = [tuple(found[number]) for number in sorted(found)]
    else:
        groups = [tuple(sizes)]
    names = _names(groups)
    return tuple(
        Block(name, group, sum(sizes[each] for each in group))
        for name, group in zip(names, groups, strict=True)
    )


def _names(groups: list[tuple[str, ...]]) -> list[str]:
    """Stem first, "top" for a last group without stages of its own, the rest counted."""
    if len(groups) == 1:
        return ["network"]
    word = "block" if len(groups) > 10 else "stage"
    names = ["stem"] + [f"{word} {number}" for number in range(1, len(groups))]
    if not any(re.search(r"\d", name.rsplit(".", 1)[0].split(".conv")[0]) for name in groups[-1]):
        names[-1] = "top"
    return names


def block_of_parameter(model: nn.Module) -> dict[str, int]:
    """The number of the block, from 0, of every parameter of the network by its name."""
    return {name: number for number, block in enumerate(blocks(model)) for name in block.parameters}


def check_frozen(model: nn.Module, frozen_blocks: int) -> int:
    """`frozen_blocks` if the network has so many. Raises BadSetting, which lists the blocks by name."""
    every = blocks(model)
    if not 0 <= frozen_blocks <= len(every):
        listed = ", ".join(block.name for block in every)
        raise BadSetting(
            f"frozen_blocks: found {frozen_blocks}, expected 0 to {len(every)}; the blocks of this network "
            f"are {listed}. Nothing was trained."
        )
    return frozen_blocks
