"""Users' own ONNX files as backbones: what they take and give, and how they are run.

A file alone does not say how images are prepared for it, and a wrong guess looks like a network that
transfers badly. So a JSON file of the same name stands beside it (`net.onnx` and `net.json`):

    {"input_px": 224, "crop_fraction": 0.875, "interpolation": "bilinear",
     "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225],
     "output": "features", "licence": "Apache-2.0"}
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from labelgraft.domain.arrays import Floats, Pixels
from labelgraft.domain.backbone import Backbone, Interpolation, Library, Preprocessing
from labelgraft.errors import BadInput, MissingExtra, UnknownName
from labelgraft.learning.backbones.finite import demand_finite
from labelgraft.learning.backbones.openvino_backend import openvino
from labelgraft.learning.backbones.preparation import square_of
from labelgraft.learning.weights import file_digest, first_line

EMBEDDING_WORDS = ("feature", "embed", "pool")
EXAMPLE = (
    '{"input_px": 224, "crop_fraction": 0.875, "interpolation": "bilinear", "mean": [0.485, 0.456, 0.406], '
    '"std": [0.229, 0.224, 0.225], "output": "features"}'
)


def entry(path: Path, output: str = "", *, preprocessing: Preprocessing | None = None) -> Backbone:
    """The entry `onnx:<file>#<output>`.

    Args:
        output: the embedding's name; "" takes the one in the JSON file, or the one 2-D output that is called
            like an embedding.
        preprocessing: instead of the JSON file.
    Raises: BadInput, UnknownName (no such output).
    """
    declared = {} if preprocessing is not None else _declaration(path)
    model = read(path)
    preprocessing = preprocessing or _preprocessing(path, declared)
    output = chosen_output(path, model, output or str(declared.get("output", "")))
    sizes = [
        math.prod(node.get_output_shape(0)) for node in model.get_ops() if node.get_type_name() == "Constant"
    ]
    return Backbone(
        name=f"onnx:{path}#{output}",
        library=Library.ONNX,
        architecture=str(path),
        preprocessing=preprocessing,
        feature_width=model.output(output).get_partial_shape()[1].get_length(),
        parameters_millions=round(sum(sizes) / 1e6, 2),
        gmacs=0.0,
        pretraining=str(declared.get("pretraining", "as the file")),
        code_licence="as the file",
        weights_licence=str(declared.get("licence", "as the file")),
        weights_source=f"file {path}",
        weights_digest=file_digest(path),
        note="multiply-adds not counted",
    )


def read(path: Path) -> Any:
    """The file as an OpenVINO model.

    Raises: BadInput if it is absent or no ONNX file.
    """
    if not path.is_file():
        raise BadInput(f"{path}: there is no such ONNX file; nothing was loaded.")
    try:
        return openvino().Core().read_model(path)
    except RuntimeError as error:
        raise BadInput(
            f"{path}: cannot be read as ONNX ({first_line(error)}). Nothing was loaded."
        ) from error


def chosen_output(path: Path, model: Any, wanted: str) -> str:
    """The name of the output that is the embedding: (images, numbers), floats.

    Raises: UnknownName; BadInput if none or several could be meant.
    """
    names = [output.get_any_name() for output in model.outputs]
    flat = [
        o.get_any_name()
        for o in model.outputs
        if len(o.get_partial_shape()) == 2 and o.element_type.is_real()
    ]
    if wanted:
        if wanted not in names:
            raise UnknownName(f"output of {path.name}", wanted, names)
        if wanted not in flat:
            raise BadInput(
                f"{path}: output {wanted!r} is not of shape (images, numbers) in floats; choose {flat}."
            )
        return wanted
    likely = [n for n in flat if any(word in n.lower() for word in EMBEDDING_WORDS)]
    best = likely if likely else flat
    if len(best) != 1:
        raise BadInput(
            f"{path}: found {len(best)} outputs that may be the embedding ({', '.join(best or names)}), "
            f"expected one of shape (images, numbers). Name it: onnx:{path}#NAME."
        )
    return str(best[0])


def _declaration(path: Path) -> Mapping[str, Any]:
    beside = path.with_suffix(".json")
    if not beside.is_file():
        raise BadInput(
            f"{path}: nothing says how images are prepared for this network. Nothing was loaded. Write "
            f"{beside.name} beside it, for example {EXAMPLE}"
        )
    try:
        content = json.loads(beside.read_text(encoding="utf-8"))
    except ValueError as error:
        raise BadInput(
            f"{beside}: is no JSON ({first_line(error)}). Expected for example {EXAMPLE}"
        ) from error
    if not isinstance(content, dict):
        raise BadInput(f"{beside}: expected a JSON object, for example {EXAMPLE}")
    return content


def _preprocessing(path: Path, declared: Mapping[str, Any]) -> Preprocessing:
    try:
        mean = tuple(float(v) for v in declared["mean"])
        std = tuple(float(v) for v in declared["std"])
        if len(mean) != 3 or len(std) != 3 or min(std) <= 0:
            raise ValueError("mean and std need three numbers each, std above 0")
        size, crop = int(declared["input_px"]), float(declared.get("crop_fraction", 1.0))
        if size < 1 or not 0 < crop <= 1:
            raise ValueError("input_px must be 1 or more, crop_fraction above 0 and at most 1")
        interpolation = Interpolation(declared.get("interpolation", "bilinear"))
        return Preprocessing(size, crop, interpolation, (mean[0], mean[1], mean[2]), (std[0], std[1], std[2]))
    except (KeyError, TypeError, ValueError) as error:
        raise BadInput(
            f"{path.with_suffix('.json')}: cannot be used ({type(error).__name__}: {first_line(error)}). "
            f"Expected for example {EXAMPLE}"
        ) from error


def embedding_only(backbone: Backbone) -> Any:
    """The OpenVINO model that gives the embedding alone, for any number of images at once if it can."""
    ov = openvino()
    path, output = Path(backbone.architecture), backbone.name.partition("#")[2]
    model = read(path)
    if len(model.inputs) != 1:
        raise BadInput(f"{path}: found {len(model.inputs)} inputs, expected one image. Nothing was loaded.")
    model = ov.Model([model.output(output)], model.get_parameters(), path.stem)
    shape = model.input().get_partial_shape()
    size = backbone.preprocessing.input_px
    if len(shape) != 4:
        raise BadInput(f"{path}: its input has {len(shape)} axes, expected (images, 3, height, width).")
    channels_last = shape[3].is_static and shape[3].get_length() == 3
    try:
        model.reshape([-1, size, size, 3] if channels_last else [-1, 3, size, size])
    except RuntimeError as error:
        raise BadInput(
            f"{path}: does not take any number of images of {size} px ({first_line(error)}). Export it "
            "with a dynamic first axis, and check input_px."
        ) from error
    return model


@dataclass(frozen=True, slots=True)
class OnnxRuntimeNetwork:
    """An ONNX file run by ONNX Runtime, where OpenVINO is not wanted."""

    backbone: Backbone
    weights_digest: str
    session: Any
    precision: str = "f32"
    backend: str = "onnxruntime"
    layer: str = "pooled"

    def prepare(self, image: Image.Image) -> Pixels:
        """(H, W, 3) uint8 of an upright RGB image."""
        return square_of(image, self.backbone.preprocessing)

    def embed(self, batch: Pixels) -> Floats:
        """(n, H, W, 3) uint8 -> (n, D) float32."""
        p = self.backbone.preprocessing
        mean = np.asarray(p.mean, np.float32) * 255
        std = np.asarray(p.std, np.float32) * 255
        output = self.backbone.name.partition("#")[2]
        entry_name = self.session.get_inputs()[0].name
        parts = [np.zeros((0, self.backbone.feature_width), np.float32)]
        for start in range(0, len(batch), 8):
            images = ((batch[start : start + 8].astype(np.float32) - mean) / std).transpose(0, 3, 1, 2)
            parts.append(self.session.run([output], {entry_name: np.ascontiguousarray(images)})[0])
        return demand_finite(np.concatenate(parts), self.backbone.name, self.precision)


def onnx_runtime(backbone: Backbone) -> OnnxRuntimeNetwork:
    """The network on ONNX Runtime, one thread.

    Raises: MissingExtra if onnxruntime is not installed.
    """
    try:
        import onnxruntime
    except ImportError as error:
        raise MissingExtra("Backend onnxruntime: install it with `pip install labelgraft[onnx]`.") from error
    onnxruntime.disable_telemetry_events()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(backbone.architecture, options, providers=["CPUExecutionProvider"])
    return OnnxRuntimeNetwork(backbone, backbone.weights_digest, session)
