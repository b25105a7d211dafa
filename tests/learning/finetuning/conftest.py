"""Small networks with seeded weights, and small data whose classes differ by colour."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from labelgraft.domain.arrays import Floats, Ints, Pixels
from labelgraft.learning.finetuning.network import AdaptedNetwork, Base, BaseSource, ClassHead
from labelgraft.learning.finetuning.recipe import TrainingData, one_hot


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def tiny_source(architecture: str = "mobilenetv3_small_050", seed: int = 0) -> BaseSource:
    def make() -> Base:
        from labelgraft.learning.torchvision_compat import ensure_torchvision

        ensure_torchvision()
        import timm

        torch.manual_seed(seed)
        module: Any = timm.create_model(architecture, pretrained=False, num_classes=0)
        _settle(module)
        return Base(architecture, module.eval(), 32, (0.5,) * 3, (0.5,) * 3, f"seed {seed}")

    return make


def _settle(module: Any) -> None:
    """Batch-norm statistics as if it had been trained on such images: random ones give nearly nothing."""
    pixels = torch.from_numpy(coloured(24, views=1, seed=99)[0][:, 0])
    for part in module.modules():
        if isinstance(part, torch.nn.BatchNorm2d):
            part.momentum = None  # a plain mean over the batches seen
    module.train()
    with torch.no_grad():
        module((pixels.permute(0, 3, 1, 2) / 255 - 0.5) / 0.5)
    for part in module.modules():
        if isinstance(part, torch.nn.BatchNorm2d):
            part.momentum = 0.1


def tiny_network(frozen_blocks: int, class_count: int = 3, hidden: int | None = None) -> AdaptedNetwork:
    base = tiny_source()()
    example = torch.zeros(1, 3, 32, 32)
    with torch.no_grad():
        width = base.module(example).shape[1]
    torch.manual_seed(1)
    return AdaptedNetwork(base, frozen_blocks, ClassHead(width, class_count, hidden), example=example)


def coloured(count: int, views: int = 2, seed: int = 0) -> tuple[Pixels, Ints]:
    """Noisy images of (32, 32) whose class, 0 to 2, is the channel that is brighter."""
    draw = np.random.default_rng(seed)
    classes = np.arange(count, dtype=np.int64) % 3
    light = draw.integers(40, 90, (count, views, 1, 1, 3), dtype=np.uint8)
    pixels = light + draw.integers(0, 30, (count, views, 32, 32, 3), dtype=np.uint8)
    for row, number in enumerate(classes):
        pixels[row, ..., number] += 95
    return pixels, classes


def activations_of(network: AdaptedNetwork, pixels: Pixels) -> Floats:
    flat = torch.from_numpy(pixels.reshape(-1, *pixels.shape[2:]))
    network.eval()
    reached = network.activations(flat).numpy()
    return reached.reshape(*pixels.shape[:2], *reached.shape[1:])


def data_for(network: AdaptedNetwork, *, train: int = 24, held_out: int = 24, seed: int = 0) -> TrainingData:
    """Activations of three images, one per class, under noise: what a good frozen part would give."""
    pixels, _ = coloured(3, views=1)
    patterns = activations_of(network, pixels)
    classes = np.arange(train + held_out, dtype=np.int64) % 3
    draw = np.random.default_rng(seed)
    noise = draw.normal(size=(len(classes), 2, *patterns.shape[2:])) * patterns.std() * 0.3
    inputs = (patterns[classes] + noise).astype(np.float32)
    held = np.arange(train + held_out) >= train
    return TrainingData(inputs, one_hot(classes, 3), held, ("red", "green", "blue"))


@pytest.fixture
def build() -> SimpleNamespace:
    """The builders above, since test files cannot import this one."""
    return SimpleNamespace(
        source=tiny_source, network=tiny_network, coloured=coloured, activations=activations_of, data=data_for
    )
