"""Runs a backbone with OpenVINO: on x86-64 about twice as fast as torch.

One thread per network; run one network per core in processes of their own. Pinning is off, or all those
processes would sit on the first core.
"""

from __future__ import annotations

import sys
import warnings
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from labelgraft.domain.arrays import Floats, Pixels
from labelgraft.domain.backbone import Backbone, Preprocessing
from labelgraft.learning.backbones.finite import demand_finite
from labelgraft.learning.backbones.preparation import square_of

if TYPE_CHECKING:
    import torch

CHUNK = 8
"""Images per call: small enough for the cache of one core; 4 to 16 measure alike, 32 is a third slower."""


@cache
def openvino() -> Any:
    """The module openvino, imported so that its telemetry package cannot be.

    `openvino-telemetry` is installed with OpenVINO, whose model converter reports home unless told otherwise.
    With the name blocked, OpenVINO takes its own stub, which does nothing. If something else has imported
    OpenVINO before us, the reporter that exists loses its voice.
    """
    before = sys.modules.get("openvino_telemetry")
    if before is not None:
        _silence(before)
    else:
        sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]
    import openvino as ov

    return ov


def _silence(telemetry: Any) -> None:
    def nothing(*_args: object, **_kwargs: object) -> None:
        return None

    for name in (
        "send_event",
        "send_error",
        "send_stack_trace",
        "start_session",
        "end_session",
        "send_opt_in_event",
    ):
        setattr(telemetry.Telemetry, name, nothing)


@dataclass(frozen=True, slots=True)
class OpenVinoNetwork:
    """A compiled network that takes bytes and normalises them itself."""

    backbone: Backbone
    weights_digest: str
    request: Any
    precision: str
    backend: str = "openvino"
    layer: str = "pooled"

    def prepare(self, image: Image.Image) -> Pixels:
        """(H, W, 3) uint8 of an upright RGB image."""
        return square_of(image, self.backbone.preprocessing)

    def embed(self, batch: Pixels) -> Floats:
        """(n, H, W, 3) uint8 -> (n, D) float32."""
        result = np.empty((len(batch), self.backbone.feature_width), np.float32)
        for start in range(0, len(batch), CHUNK):
            chunk = np.ascontiguousarray(batch[start : start + CHUNK])
            result[start : start + CHUNK] = self.request.infer({0: chunk}, share_inputs=True)[0]
        return demand_finite(result, self.backbone.name, self.precision)


def native_precision() -> str:
    """bf16 where this processor computes it, else f32."""
    capabilities = openvino().Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    return "bf16" if "BF16" in capabilities else "f32"


def convert(module: torch.nn.Module, preprocessing: Preprocessing) -> Any:
    """An OpenVINO model that takes (n, input_px, input_px, 3) uint8."""
    size = preprocessing.input_px
    return taking_bytes(convert_sized(module, (size, size)), preprocessing)


def convert_sized(module: torch.nn.Module, size: tuple[int, int]) -> Any:
    """An OpenVINO model that takes (n, 3, *size) normalised float32, for any n; size: height, width."""
    import torch
    from torch.jit._trace import TracerWarning

    from labelgraft.learning.backbones.torch_backend import one_thread

    ov = openvino()
    with one_thread(), warnings.catch_warnings():
        # tracing is what OpenVINO does inside, deprecated or not; it may keep constants, as the size is fixed
        warnings.filterwarnings("ignore", category=DeprecationWarning, message=".*torch.jit.*")
        warnings.filterwarnings("ignore", category=TracerWarning)
        return ov.convert_model(module, example_input=torch.zeros(1, 3, *size), input=[-1, 3, *size])


def taking_bytes(model: Any, preprocessing: Preprocessing) -> Any:
    """The model with the normalisation inside: takes (n, H, W, 3) uint8.

    A model that takes bytes already is left to normalise them itself.
    """
    ov = openvino()
    from openvino.preprocess import PrePostProcessor

    prepost = PrePostProcessor(model)
    entry = prepost.input()
    channels = model.input().get_partial_shape()[3]
    entry.tensor().set_element_type(ov.Type.u8).set_layout(ov.Layout("NHWC"))
    entry.model().set_layout(ov.Layout("NHWC" if channels == ov.Dimension(3) else "NCHW"))
    if model.input().get_element_type() != ov.Type.u8:
        mean = [255 * m for m in preprocessing.mean]
        scale = [255 * s for s in preprocessing.std]
        entry.preprocess().convert_element_type(ov.Type.f32).mean(mean).scale(scale)
    return prepost.build()


def compile_model(model: Any, precision: str) -> Any:
    """A request that runs on one thread; precision is bf16 or f32."""
    settings = {
        "INFERENCE_NUM_THREADS": 1,
        "NUM_STREAMS": 1,
        "ENABLE_CPU_PINNING": False,
        "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_PRECISION_HINT": precision,
    }
    return openvino().Core().compile_model(model, "CPU", settings).create_infer_request()
