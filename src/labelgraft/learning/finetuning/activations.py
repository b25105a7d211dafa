"""The frozen part's activations of all views, computed once and kept in one memory-mapped file."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from labelgraft.domain.arrays import AnyArray, Pixels
from labelgraft.learning.finetuning.network import AdaptedNetwork

_FLOAT16_LIMIT = 60_000.0


def cached_activations(
    network: AdaptedNetwork,
    views: Pixels,
    file: Path,
    *,
    batch_size: int = 32,
    stepped: Callable[[int, int], None] = lambda *_: None,
) -> AnyArray:
    """Activations (N, V, ...) of prepared views (N, V, H, W, 3) uint8, memory-mapped from `file`.

    float16, or float32 where an activation would overflow it (some networks reach 1e5). Read from `file` if
    it is there: it only ever appears whole. stepped: told the images done and all images; it may raise to
    stop.
    """
    if not file.exists():
        written = _write(network, views, file, np.float16, batch_size, stepped)
        if not written:
            _write(network, views, file, np.float32, batch_size, stepped)
    stored: AnyArray = np.load(file, mmap_mode="r", allow_pickle=False)
    return stored


def _write(
    network: AdaptedNetwork,
    views: Pixels,
    file: Path,
    dtype: type[np.floating],
    batch_size: int,
    stepped: Callable[[int, int], None],
) -> bool:
    """Fills a file beside and renames it; False, and no file, if an activation does not fit into float16."""
    image_count, view_count = views.shape[:2]
    network.eval()
    device = network.mean.device
    shape = network.activations(torch.zeros((1, *views.shape[2:]), dtype=torch.uint8, device=device)).shape[
        1:
    ]
    beside = file.with_suffix(".part")
    stored = np.lib.format.open_memmap(beside, "w+", dtype, (image_count, view_count, *shape))
    rows = max(1, batch_size // view_count)
    for start in range(0, image_count, rows):
        chunk = np.array(views[start : start + rows]).reshape(-1, *views.shape[2:])
        reached = network.activations(torch.from_numpy(chunk).to(device)).cpu().numpy()
        if dtype is np.float16 and np.abs(reached).max(initial=0.0) > _FLOAT16_LIMIT:
            beside.unlink()
            return False
        stored[start : start + rows] = reached.reshape(-1, view_count, *shape)
        stepped(min(start + rows, image_count), image_count)
    stored.flush()
    del stored
    with beside.open("rb+") as opened:
        os.fsync(opened.fileno())
    beside.rename(file)
    return True
