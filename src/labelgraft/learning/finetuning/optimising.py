"""What every phase of training needs of its optimiser: groups, moments read back, and how lack of memory looks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import torch
from torch import Tensor, nn

from labelgraft.learning.finetuning.recipe import Optimiser, Recipe


def optimiser_of(parts: Iterable[tuple[nn.Module, float]], recipe: Recipe) -> torch.optim.Optimizer:
    """One over the trained numbers of the parts, each at its share of the learning rate; no decay on biases and norms.

    A group's "base_rate" is its rate before any schedule.
    """
    groups = []
    for part, factor in parts:
        trained = [p for p in part.parameters() if p.requires_grad]
        for chosen, decay in (
            ([p for p in trained if p.ndim > 1], recipe.weight_decay),
            ([p for p in trained if p.ndim <= 1], 0.0),
        ):
            if chosen:
                rate = recipe.learning_rate * factor
                groups.append({"params": chosen, "lr": rate, "base_rate": rate, "weight_decay": decay})
    if recipe.optimiser is Optimiser.SGD:
        return torch.optim.SGD(groups, lr=recipe.learning_rate, momentum=0.9, nesterov=True)
    return torch.optim.AdamW(groups, lr=recipe.learning_rate)


def moments_of(tensors: Mapping[str, Tensor], parameters: Sequence[Tensor]) -> dict[int, dict[str, Tensor]]:
    """An optimiser's state from the "optimiser.<number>.<moment>" of a kept state."""
    moments: dict[int, dict[str, Tensor]] = {}
    for name, value in tensors.items():
        if name.startswith("optimiser."):
            _, number, moment = name.split(".")
            like = parameters[int(number)]
            moments.setdefault(int(number), {})[moment] = _laid_out_as(like, value)
    return moments


def _laid_out_as(parameter: Tensor, value: Tensor) -> Tensor:
    """A copy in the memory order of its parameter, without which the sums could differ in the last bit."""
    if value.shape != parameter.shape:
        return value.clone()
    return torch.empty_like(parameter, requires_grad=False).copy_(value)


def lacks_memory(error: RuntimeError | MemoryError) -> bool:
    """True for the ways in which numpy and torch say that memory ran out."""
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    return "can't allocate memory" in str(error) or "out of memory" in str(error).lower()
