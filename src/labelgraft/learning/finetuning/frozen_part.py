"""Computes the frozen part of a network: with OpenVINO where it installs and agrees with float32, else with torch."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from labelgraft.domain.arrays import Floats, Pixels
from labelgraft.domain.backbone import Interpolation, Preprocessing
from labelgraft.domain.training import WeightsKind
from labelgraft.errors import BadInput
from labelgraft.learning.backbones import compiled_cache, registry
from labelgraft.learning.backbones.network import best_backend
from labelgraft.learning.finetuning.base import base_source
from labelgraft.learning.finetuning.blocks import blocks, check_frozen
from labelgraft.learning.finetuning.converted import converted_engine, streams_of
from labelgraft.learning.finetuning.frozen_facts import EXACT, FrozenFacts
from labelgraft.learning.finetuning.network import AdaptedNetwork, Base, ClassHead

FrozenPart = Callable[[Pixels], Floats]
"""(n, ...) float32 activations of prepared images (n, H, W, 3) uint8."""

_TORCH_CHUNK = 32


def describe(
    backbone: str,
    weights: WeightsKind,
    seed: int,
    frozen_blocks: int | None,
    device: str,
    sample: Pixels,
    folder: str,
) -> FrozenFacts | None:
    """The frozen part of a backbone, and the fastest engine that computes it as precisely as is asked for.

    Args:
        frozen_blocks: None = all but the last.
        device: as in the settings; other devices than the processor are torch's.
        sample: (n, H, W, 3) uint8 prepared images that engines are compared on.
        folder: keeps the converted network.
    Returns: None where nothing can be kept: no block is frozen, or the network cannot be cut there.
    Raises: as the catalogue does; BadSetting for more blocks than there are.
    """
    base = base_source(backbone, weights=weights, seed=seed)()
    frozen = all_but_the_last(base) if frozen_blocks is None else check_frozen(base.module, frozen_blocks)
    network = network_cut(base, frozen)
    if frozen == 0 or not network.split.cacheable:
        return None
    engine, place = EXACT, ""
    if best_backend() == "openvino" and on_processor(device):
        native = _native()
        where = compiled_cache.place_of(
            Path(folder), registry.get(base.backbone), f"{base.digest} frozen {frozen} {native}"
        )
        engine = converted_engine(network.lower, look_of(base), in_torch(network), sample, where)
        place = str(where) if engine.backend == "openvino" else ""
    side = base.input_px
    shape = in_torch(network)(np.zeros((1, side, side, 3), np.uint8)).shape[1:]
    return FrozenFacts(base.backbone, base.digest, frozen, tuple(shape), engine, place)


def open_part(network: AdaptedNetwork, facts: FrozenFacts | None, *, streams: int = 0) -> FrozenPart:
    """The frozen part of a network, ready to compute as described; with torch where there is no description.

    streams: cores to use, 0 = all that this process may. Raises BadInput if the converted network is gone.
    """
    if facts is None or facts.engine.backend != "openvino":
        return in_torch(network)
    opened = streams_of(Path(facts.converted), facts.engine, streams or _cores())
    if opened is None:
        raise BadInput(
            f"{facts.converted}: the converted network is gone or damaged. Nothing was trained. Start "
            "the training again; it is converted again."
        )
    return opened.rows


def in_torch(network: AdaptedNetwork) -> FrozenPart:
    """The frozen part in float32, wherever the network is."""

    def compute(pixels: Pixels) -> Floats:
        network.eval()
        parts = [
            network.activations(
                torch.from_numpy(pixels[start : start + _TORCH_CHUNK].copy()).to(network.mean.device)
            )
            for start in range(0, len(pixels), _TORCH_CHUNK)
        ]
        return torch.cat(parts).cpu().numpy()

    return compute


def network_cut(base: Base, frozen_blocks: int) -> AdaptedNetwork:
    """A base cut after so many blocks, under a head that nobody asks."""
    example = torch.randn((1, 3, base.input_px, base.input_px), generator=torch.Generator().manual_seed(0))
    return AdaptedNetwork(base, frozen_blocks, ClassHead(1, 1, None), example=example).eval()


def all_but_the_last(base: Base) -> int:
    """How many blocks are frozen unless the settings say otherwise."""
    return max(0, len(blocks(base.module)) - 1)


def look_of(base: Base) -> Preprocessing:
    """Size, mean and std of the prepared images that a base takes."""
    return Preprocessing(base.input_px, 1.0, Interpolation.BICUBIC, base.mean, base.std)


def on_processor(device: str) -> bool:
    """True if such a setting means the processor here."""
    return device == "cpu" or (device == "auto" and not torch.cuda.is_available())


def _native() -> str:
    """The precision that this processor is fastest in; a workspace may move to another one."""
    from labelgraft.learning.backbones.openvino_backend import native_precision

    return native_precision()


def _cores() -> int:
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity is not None else os.cpu_count() or 1
