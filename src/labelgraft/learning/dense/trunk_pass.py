"""The frozen stages over prepared images: with OpenVINO where it installs and agrees with float32, else with torch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from labelgraft.domain.arrays import AnyArray, Floats, Pixels
from labelgraft.learning.backbones.network import best_backend
from labelgraft.learning.dense.canvas import Canvas
from labelgraft.learning.dense.pyramid import Pyramid

TrunkPass = Callable[[Pixels], list[AnyArray]]
"""Maps (n, h, w, channels) float of prepared images (n, H, W, 3) uint8, one array for each frozen stage."""

CHUNK = 8
"""Images per call, as many as the cache of one core holds."""
_CLOSE = 0.998
"""Smallest cosine of every map of every sampled image with float32 torch's."""


def open_pass(
    pyramid: Pyramid, canvas: Canvas, sample: Pixels, *, streams: int = 1, backend: str | None = None
) -> tuple[TrunkPass, str]:
    """The fastest pass that agrees on the sample, and its name: "openvino bf16", "openvino f32" or "torch f32".

    sample: (n, H, W, 3) uint8 prepared images to compare on. backend: None = OpenVINO where it is installed.
    """
    exact = in_torch(pyramid)
    if (backend or best_backend()) != "openvino" or pyramid.mean.device.type != "cpu":
        return exact, "torch f32"
    from labelgraft.learning.backbones.openvino_backend import native_precision

    model = _converted(pyramid, canvas)
    wanted = exact(sample)
    for precision in dict.fromkeys((native_precision(), "f32")):
        compiled = _Streams(model, precision, streams)
        if all(agree(a, b) for a, b in zip(compiled(sample), wanted, strict=True)):
            return compiled, f"openvino {precision}"
    return exact, "torch f32"


def agree(found: AnyArray, wanted: AnyArray) -> bool:
    """True if the maps of every image point the same way."""
    for a, b in zip(found, wanted, strict=True):
        a, b = a.ravel().astype(np.float64), b.ravel().astype(np.float64)
        length = float(np.linalg.norm(a) * np.linalg.norm(b))
        if length > 0 and float(a @ b) / length < _CLOSE:
            return False
    return True


def in_torch(pyramid: Pyramid) -> TrunkPass:
    """The frozen stages in float32, wherever the pyramid is."""

    @torch.no_grad()
    def compute(pixels: Pixels) -> list[AnyArray]:
        pyramid.eval()
        parts = []
        for start in range(0, len(pixels), CHUNK):
            given = torch.from_numpy(np.array(pixels[start : start + CHUNK])).to(pyramid.mean.device)
            maps = pyramid.frozen_maps(pyramid.normalised(given))
            parts.append([each.permute(0, 2, 3, 1).cpu().numpy() for each in maps])
        return [np.concatenate(of_level) for of_level in zip(*parts, strict=True)]

    return compute


class _Streams:
    """The converted stages, one single-threaded stream per core."""

    def __init__(self, model: Any, precision: str, streams: int) -> None:
        from labelgraft.learning.backbones.openvino_backend import openvino

        settings = {
            "INFERENCE_NUM_THREADS": streams,
            "NUM_STREAMS": streams,
            "ENABLE_CPU_PINNING": False,
            "PERFORMANCE_HINT": "THROUGHPUT",
            "INFERENCE_PRECISION_HINT": precision,
        }
        ov = openvino()
        compiled = ov.Core().compile_model(model, "CPU", settings)
        self._shapes = [
            tuple(size.get_length() for size in list(output.get_partial_shape())[1:])
            for output in compiled.outputs
        ]
        self._queue = ov.AsyncInferQueue(compiled, streams)

    def __call__(self, pixels: Pixels) -> list[AnyArray]:
        found: list[Floats] = [
            np.empty((len(pixels), height, width, channels), np.float32)
            for channels, height, width in self._shapes
        ]

        def keep(request: Any, start: int) -> None:
            for level, maps in enumerate(found):
                maps[start : start + CHUNK] = request.get_output_tensor(level).data.transpose(0, 2, 3, 1)

        self._queue.set_callback(keep)
        for start in range(0, len(pixels), CHUNK):
            self._queue.start_async({0: np.ascontiguousarray(pixels[start : start + CHUNK])}, start)
        self._queue.wait_all()
        return list(found)


class _Frozen(torch.nn.Module):
    """From normalised images to the tuple of frozen maps."""

    def __init__(self, pyramid: Pyramid) -> None:
        super().__init__()
        self.pyramid = pyramid

    def forward(self, images: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return tuple(self.pyramid.frozen_maps(images))


def _converted(pyramid: Pyramid, canvas: Canvas) -> Any:
    """An OpenVINO model that takes (n, H, W, 3) uint8."""
    from labelgraft.domain.backbone import Interpolation, Preprocessing
    from labelgraft.learning.backbones.openvino_backend import convert_sized, taking_bytes

    pyramid.eval()
    model = convert_sized(_Frozen(pyramid), (canvas.height_px, canvas.width_px))
    mean, std = ((each.flatten() / 255).tolist() for each in (pyramid.mean, pyramid.std))
    look = Preprocessing(canvas.width_px, 1.0, Interpolation.BILINEAR, tuple(mean), tuple(std))
    return taking_bytes(model, look)
