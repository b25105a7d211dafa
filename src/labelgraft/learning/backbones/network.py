"""Loads a backbone ready to embed images, on the fastest engine that this machine has."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Protocol

from PIL import Image

from labelgraft.domain.arrays import Floats, Pixels
from labelgraft.domain.backbone import Backbone, Library
from labelgraft.errors import BadSetting
from labelgraft.learning.backbones import registry
from labelgraft.learning.backbones.histogram import HistogramNetwork


class Network(Protocol):
    """A loaded backbone. Single-threaded: run one per core, each in a process of its own.

    backend (openvino, torch, numpy, onnxruntime), precision (bf16, f32), weights_digest and layer belong in the key
    of everything that is kept of its results.
    """

    @property
    def backbone(self) -> Backbone: ...
    @property
    def backend(self) -> str: ...
    @property
    def precision(self) -> str: ...
    @property
    def weights_digest(self) -> str: ...
    @property
    def layer(self) -> str: ...

    def prepare(self, image: Image.Image) -> Pixels:
        """(H, W, 3) uint8 of an upright RGB image."""

    def embed(self, batch: Pixels) -> Floats:
        """(n, H, W, 3) uint8 -> (n, D) float32; not of unit length."""


def load(
    backbone: Backbone | str,
    *,
    backend: str | None = None,
    precision: str | None = None,
    weights_file: Path | None = None,
    device: str = "cpu",
    cache_folder: Path | None = None,
) -> Network:
    """A backbone, ready to embed."""
    entry = registry.get(backbone) if isinstance(backbone, str) else backbone
    if entry.library is Library.HISTOGRAM:
        return HistogramNetwork(entry)
    if backend not in (None, "openvino", "torch"):
        raise BadSetting(f"backend: found {backend!r}, expected openvino or torch.")
    from labelgraft.learning.backbones.timm_networks import torch_module

    module = torch_module(entry)
    if (backend or best_backend()) == "torch":
        import torch

        from labelgraft.learning.backbones.torch_backend import TorchNetwork

        layout = module.to(device).to(memory_format=torch.channels_last)
        return TorchNetwork(entry, entry.weights_digest, layout, precision or "f32", device)
    from labelgraft.learning.backbones import openvino_backend as ov

    exact = precision or ov.native_precision()
    request = ov.compile_model(ov.convert(module, entry.preprocessing), exact)
    return ov.OpenVinoNetwork(entry, entry.weights_digest, request, exact)


def best_backend() -> str:
    """openvino where it is installed, else torch."""
    return "openvino" if importlib.util.find_spec("openvino") else "torch"
