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
from labelgraft.learning.backbones.names import BackboneName, Origin

BACKENDS = ("openvino", "torch", "onnxruntime")
PRECISIONS = ("bf16", "f32")


class Network(Protocol):
    """A loaded backbone. Single-threaded on a CPU: run one per core, each in a process of its own.

    All of its attributes belong in the key of whatever is kept of its results.
    """

    @property
    def backbone(self) -> Backbone:
        """The catalogue's entry."""

    @property
    def backend(self) -> str:
        """What computes: openvino, torch, numpy or onnxruntime."""

    @property
    def precision(self) -> str:
        """bf16 or f32."""

    @property
    def weights_digest(self) -> str:
        """SHA-256 of the weights that were loaded, in hex."""

    @property
    def layer(self) -> str:
        """Which activation an embedding is: pooled."""

    def prepare(self, image: Image.Image) -> Pixels:
        """(H, W, 3) uint8 of an upright RGB image."""

    def embed(self, batch: Pixels) -> Floats:
        """(n, H, W, 3) uint8 -> (n, D) float32, not of unit length; the same for any batch size.

        Raises: BadInput if a number is NaN or infinite.
        """


def load(
    backbone: Backbone | str,
    *,
    backend: str | None = None,
    precision: str | None = None,
    weights_file: Path | None = None,
    device: str = "cpu",
    cache_folder: Path | None = None,
) -> Network:
    """A backbone, ready to embed.

    Args:
        backbone: an entry, or a name as names.py lists them.
        backend: openvino, torch or onnxruntime (ONNX files only); None takes OpenVINO where it is installed.
        precision: bf16 or f32; None takes bf16 with OpenVINO where the processor computes it, f32 otherwise
            and for ONNX files, as nobody knows how they bear rounding (a MobileNetV2 of int8 weights: cosine
            0.977). With the default backbone on real photos the cosine of bf16 with float32 torch is above
            0.999 on average and above 0.995 for each; that of f32 is above 0.99999.
        weights_file: as if "@FILE" were part of the name.
        device: cpu, cuda, cuda:1, mps; other devices than the CPU are torch's.
        cache_folder: keeps the converted network there, for a start without torch the next time.
    Raises: UnknownName, BadSetting, BadInput, Unreachable, MissingExtra.
    """
    if isinstance(backbone, str) or weights_file is not None:
        name = backbone if isinstance(backbone, str) else backbone.name
        backbone = registry.get(name, weights_file=weights_file)
    _check("backend", backend, BACKENDS)
    _check("precision", precision, PRECISIONS)
    if backbone.library is Library.HISTOGRAM:
        return HistogramNetwork(backbone)
    if device != "cpu" and backend in ("openvino", "onnxruntime"):
        raise BadSetting(f"device {device!r} goes with backend torch, found {backend!r}.")
    if backbone.library is Library.ONNX:
        return _onnx(backbone, backend, precision, device)
    chosen = backend or ("torch" if device != "cpu" else best_backend())
    if chosen == "onnxruntime":
        raise BadSetting(f"Backbone {backbone.name}: backend onnxruntime runs ONNX files only.")
    if chosen == "torch":
        return _torch(backbone, precision or "f32", device)
    return _openvino(backbone, precision, cache_folder)


def best_backend() -> str:
    """openvino where it is installed, else torch."""
    return "openvino" if importlib.util.find_spec("openvino") else "torch"


def _check(what: str, found: str | None, allowed: tuple[str, ...]) -> None:
    if found is not None and found not in allowed:
        raise BadSetting(f"{what}: found {found!r}, expected one of {', '.join(allowed)}.")


def _torch(backbone: Backbone, precision: str, device: str) -> Network:
    from labelgraft.learning.backbones import torch_backend
    from labelgraft.learning.backbones.timm_networks import load_module

    torch_backend.demand_device(device)
    loaded = load_module(backbone)
    return torch_backend.on_device(backbone, loaded, precision, device)


def _openvino(backbone: Backbone, precision: str | None, cache_folder: Path | None) -> Network:
    from labelgraft.learning.backbones import compiled_cache
    from labelgraft.learning.backbones import openvino_backend as ov

    precision = precision or ov.native_precision()
    place = None
    if cache_folder is not None and BackboneName.parse(backbone.name).origin is not Origin.RANDOM:
        digest = _digest_without_torch(backbone)
        place = compiled_cache.place_of(cache_folder, backbone, digest)
        kept = compiled_cache.read(place)
        if kept is not None:
            return ov.OpenVinoNetwork(backbone, digest, ov.compile_model(kept, precision), precision)
    from labelgraft.learning.backbones.timm_networks import load_module

    loaded = load_module(backbone)
    model = ov.convert(loaded.module, backbone.preprocessing)
    if place is not None:
        compiled_cache.write(place, model)
    return ov.OpenVinoNetwork(backbone, loaded.weights_digest, ov.compile_model(model, precision), precision)


def _digest_without_torch(backbone: Backbone) -> str:
    from labelgraft.learning.backbones.timm_networks import weights_path
    from labelgraft.learning.weights import file_digest

    return file_digest(weights_path(backbone))


def _onnx(backbone: Backbone, backend: str | None, precision: str | None, device: str) -> Network:
    from labelgraft.learning.backbones import onnx_files
    from labelgraft.learning.backbones import openvino_backend as ov

    if backend == "torch" or device != "cpu":
        raise BadSetting(
            f"Backbone {backbone.name}: ONNX files run on the CPU, with openvino or onnxruntime."
        )
    if backend == "onnxruntime":
        return onnx_files.onnx_runtime(backbone)
    precision = precision or "f32"
    model = ov.taking_bytes(onnx_files.embedding_only(backbone), backbone.preprocessing)
    return ov.OpenVinoNetwork(
        backbone, backbone.weights_digest, ov.compile_model(model, precision), precision
    )
