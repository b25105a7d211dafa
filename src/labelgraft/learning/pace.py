"""How fast this machine trains a backbone: a few steps on noise, for the estimate before a training starts."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from labelgraft.domain.training import WeightsKind
from labelgraft.learning.finetuning.base import base_source

if TYPE_CHECKING:
    import torch

BATCH = 8
TRIES = 2


def seconds_per_image(backbone: str, device: str = "auto") -> tuple[float, float]:
    """Seconds per image of a pass through the whole backbone, and of a pass forth and back.

    Weights are random: speed does not depend on them. As in a run, all cores but one. The faster of two tries counts, as
    the first one of a process pays for its memory. Raises UnknownName, BadInput for a backbone that is not trained.
    """
    import torch

    base = base_source(backbone, weights=WeightsKind.RANDOM)()
    wanted = "cuda" if device == "auto" and torch.cuda.is_available() else device
    place = torch.device("cpu" if wanted == "auto" else wanted)
    module = base.module.to(place)
    inputs = torch.rand(BATCH, 3, base.input_px, base.input_px, device=place)
    threads = torch.get_num_threads()
    torch.set_num_threads(max(1, (os.cpu_count() or 2) - 1))
    try:
        module.eval()
        with torch.inference_mode():
            forth = _quickest(lambda: float(module(inputs).sum()))
        module.train()
        both = _quickest(lambda: _step(module, inputs))
    finally:
        torch.set_num_threads(threads)
    return forth / BATCH, both / BATCH


def _step(module: torch.nn.Module, inputs: torch.Tensor) -> float:
    loss = module(inputs.clone()).square().mean()
    loss.backward()
    return float(loss)


def _quickest(call: Callable[[], float]) -> float:
    """Seconds of the quicker of two calls; a call ends with its number, so that a graphics card has finished."""
    spent = []
    for _ in range(TRIES):
        began = time.perf_counter()
        call()
        spent.append(time.perf_counter() - began)
    return min(spent)
