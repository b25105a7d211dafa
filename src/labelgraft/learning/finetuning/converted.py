"""A torch module as an OpenVINO network in a folder, in the fastest precision that agrees with float32."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from labelgraft.domain.arrays import Floats, Pixels
from labelgraft.domain.backbone import Preprocessing
from labelgraft.learning.backbones import compiled_cache
from labelgraft.learning.backbones.openvino_backend import convert, native_precision, openvino
from labelgraft.learning.finetuning.frozen_facts import EXACT, Engine
from labelgraft.learning.finetuning.names import write_json
from labelgraft.learning.finetuning.parity import is_close

if TYPE_CHECKING:
    import torch

CHUNK = 8
"""Images per request, as many as the cache of one core holds."""
ENGINE = "engine.json"


class Streams:
    """A converted network with one single-threaded stream per core; takes prepared bytes."""

    def __init__(self, model: Any, precision: str, streams: int) -> None:
        settings = {
            "INFERENCE_NUM_THREADS": streams,
            "NUM_STREAMS": streams,
            "ENABLE_CPU_PINNING": False,
            "PERFORMANCE_HINT": "THROUGHPUT",
            "INFERENCE_PRECISION_HINT": precision,
        }
        ov = openvino()
        compiled = ov.Core().compile_model(model, "CPU", settings)
        self._shape = tuple(size.get_length() for size in list(compiled.output().get_partial_shape())[1:])
        self._queue = ov.AsyncInferQueue(compiled, streams)

    def rows(self, pixels: Pixels) -> Floats:
        """(n, ...) float32 of (n, H, W, 3) uint8, in that order."""
        found: Floats = np.empty((len(pixels), *self._shape), np.float32)

        def keep(request: Any, start: int) -> None:
            found[start : start + CHUNK] = request.get_output_tensor(0).data

        self._queue.set_callback(keep)
        for start in range(0, len(pixels), CHUNK):
            self._queue.start_async({0: np.ascontiguousarray(pixels[start : start + CHUNK])}, start)
        self._queue.wait_all()
        return found


def converted_engine(
    module: torch.nn.Module,
    look: Preprocessing,
    exact: Callable[[Pixels], Floats],
    sample: Pixels,
    place: Path,
) -> Engine:
    """Converts a module into a folder and says which engine to use; at once where that was done before.

    Args:
        look: input size, mean and std, which become part of the network.
        exact: what float32 torch gives for prepared images.
        sample: (n, H, W, 3) uint8 to compare on, some tens. The first comparison decides for good, so that what
            was kept stays of use.
    Returns: torch if no precision agrees.
    """
    if (place / ENGINE).is_file() and compiled_cache.read(place) is not None:
        return Engine(**json.loads((place / ENGINE).read_text()))
    model = convert(module, look)
    compiled_cache.write(place, model)
    wanted = exact(sample)
    engine = EXACT
    for precision in dict.fromkeys((native_precision(), "f32")):
        if is_close(Streams(model, precision, 1).rows(sample), wanted):
            engine = Engine("openvino", precision)
            break
    write_json(place / ENGINE, {"backend": engine.backend, "precision": engine.precision}, durable=True)
    return engine


def streams_of(place: Path, engine: Engine, streams: int) -> Streams | None:
    """The network that `converted_engine` left in a folder; None if it is gone."""
    model = compiled_cache.read(place)
    return None if model is None else Streams(model, engine.precision, streams)
