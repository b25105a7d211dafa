"""Which description fits a file that nobody has described, or why none does."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from labelgraft.domain.shapes.keypoints import Skeleton
from labelgraft.errors import BadInput
from labelgraft.learning.detectors.class_lists import COCO, COCO_PERSON, VOC_WITH_BACKGROUND
from labelgraft.learning.detectors.described import DetectorDescription, Fit, InputLayout, OutputKind
from labelgraft.learning.detectors.onnx_detector import InputPort, input_port
from labelgraft.learning.detectors.onnx_session import open_session
from labelgraft.learning.detectors.output_signs import Sign, Trial, read_signs
from labelgraft.learning.detectors.registry import PRESETS
from labelgraft.learning.weights import file_digest, first_line

IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
A_CLASSIFIER = "it gives {}, one row of numbers per image, as a classifier or backbone does; add it as a backbone instead"
MOST_METADATA = 1 << 20


@dataclass(frozen=True, slots=True)
class Guess:
    """description: None where none fits. sentence: which, or why not. assumed: what no file can tell."""

    description: DetectorDescription | None
    sentence: str
    assumed: tuple[str, ...] = ()


def guess(path: Path, *, input_px: tuple[int, int] | None = None, class_names: Sequence[str] = ()) -> Guess:
    """Runs the file once on noise and looks at what comes out.

    Args:
        input_px: width and height, for files that take any size.
        class_names: in the network's order, where the file does not say them.
    Raises: BadInput if it cannot be run at all; MissingExtra.
    """
    session = open_session(path)
    known = next((each for each in PRESETS if each.digest == file_digest(path)), None)
    if known is not None:
        return Guess(known, f"{path.name} is {known.name}, which is known.")
    port = input_port(session, path)
    metadata = session.get_modelmeta().custom_metadata_map
    task = metadata.get("task", "detect")
    if task not in ("detect", "semantic"):
        return _none(path, f"it says that its task is {task!r}, whose output is not read yet")
    names = tuple(class_names) or _names(metadata)
    flat = [each for each in session.get_outputs() if _is_flat(each.shape)]
    if flat:
        return _none(path, A_CLASSIFIER.format(f"{flat[0].name} {tuple(flat[0].shape)}"))
    size = _size(port, input_px, metadata)
    if isinstance(size, str):
        return _none(path, size)
    trial = _trial(session, port, size, path)
    sign = read_signs(trial, len(names))
    if sign is None:
        shown = ", ".join(f"{name} {values.shape}" for name, values in trial.answers.items())
        return _none(path, _why_none(trial, shown))
    if (
        sign.class_count
        and names
        and len(names) != sign.class_count
        and sign.layout.kind is not OutputKind.KEYPOINTS
    ):
        return _none(path, f"{len(names)} class names are given, but its output has {sign.class_count}")
    return _described(path, port, trial, sign, names, "stride" in metadata and "names" in metadata)


def _is_flat(shape: Sequence[int | str | None]) -> bool:
    """Whether an output is one row of many numbers per image; boxes of one image alone have 4, or 6 with score and class."""
    return len(shape) == 2 and isinstance(shape[1], int) and shape[1] > 6


def _none(path: Path, why: str) -> Guess:
    return Guess(None, f"{path.name} fits no description: {why}.")


def _why_none(trial: Trial, shown: str) -> str:
    shapes = [values.shape for values in trial.answers.values()]
    if all(len(shape) <= 2 for shape in shapes):
        return A_CLASSIFIER.format(shown)
    if any(len(shape) == 4 and shape[1] == 32 for shape in shapes):
        return f"it gives {shown}: boxes with mask prototypes, which are not read yet"
    return (
        f"it gives {shown}, which is neither a grid of boxes, boxes with scores, a map of classes nor keypoints; export "
        "it without further steps, or describe it by hand"
    )


def _names(metadata: Mapping[str, str]) -> tuple[str, ...]:
    """The class names that exporters write into the file: a list, or numbers with names."""
    text = metadata.get("names", "")
    if not text or len(text) > MOST_METADATA:
        return ()
    try:
        found: Any = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return ()
    if isinstance(found, dict) and sorted(found) == list(range(len(found))):
        found = [found[at] for at in range(len(found))]
    return tuple(map(str, found)) if isinstance(found, (list, tuple)) else ()


def _size(
    port: InputPort, wanted: tuple[int, int] | None, metadata: Mapping[str, str]
) -> tuple[int, int, bool] | str:
    """Width, height, and whether channels come first; or why there is none."""
    height, width = port.axes[-2:]
    first = _channels_first(port)
    if not first:
        height, width = port.axes[-3:-1]
    if 3 not in (port.axes[-3], port.axes[-1], None):
        return f"it takes {port.axes}, which is no image of three colours"
    if height and width:
        if wanted not in (None, (width, height)):
            return f"it takes images of {width} x {height} px only"
        return width, height, first
    if wanted is None:
        try:
            stated = ast.literal_eval(metadata.get("imgsz", ""))
            wanted = (int(stated[1]), int(stated[0]))
        except (ValueError, SyntaxError, TypeError, IndexError):
            return (
                "it takes images of any size; say width and height in pixels, those that it was trained with"
            )
    if min(wanted) < 1 or max(wanted) > 8192:
        return f"an input of {wanted[0]} x {wanted[1]} px cannot be tried"
    return wanted[0], wanted[1], first


def _trial(session: Any, port: InputPort, size: tuple[int, int, bool], path: Path) -> Trial:
    width, height, first = size
    pixels = np.random.default_rng(0).integers(0, 256, (3, height, width) if first else (height, width, 3))
    values = pixels.astype(np.uint8) if port.dtype is np.uint8 else (pixels / 255).astype(port.dtype)
    names = [each.name for each in session.get_outputs()]
    try:
        answers = session.run(names, {port.name: values if len(port.axes) == 3 else values[None]})
    except Exception as error:
        raise BadInput(
            f"{path}: cannot be run on an image of {width} x {height} px ({first_line(error)}). Nothing was kept."
        ) from error
    return Trial(dict(zip(names, answers, strict=True)), width, height)


def _described(
    path: Path, port: InputPort, trial: Trial, sign: Sign, names: tuple[str, ...], ultralytics: bool
) -> Guess:
    layout, told = _input(port, trial, sign, ultralytics)
    if sign.layout.kind is OutputKind.KEYPOINTS:
        names = names or ("person",)
    chosen, about_names = _class_names(sign, names)
    assumed = (*told, *sign.assumed, *about_names)
    if not chosen:
        return _none(path, "it gives numbers of classes only; say the names of its classes, in its own order")
    skeleton = None
    if sign.points:
        skeleton = (
            COCO_PERSON
            if sign.points == 17
            else Skeleton(tuple(f"point {n + 1}" for n in range(sign.points)))
        )
    description = DetectorDescription(
        name=path.stem,
        input=layout,
        output=sign.layout,
        class_names=chosen,
        background=sign.background,
        skeleton=skeleton,
        digest=file_digest(path),
    )
    like = next((p.name for p in PRESETS if p.output.kind is sign.layout.kind), "")
    sentence = (
        f"{path.name} reads as a {sign.layout.kind} model for images of {layout.width_px} x {layout.height_px} px with "
        f"{len(chosen)} {'class' if len(chosen) == 1 else 'classes'}{f', as {like}' if like else ''}."
    )
    return Guess(description, sentence, assumed)


def _input(
    port: InputPort, trial: Trial, sign: Sign, ultralytics: bool
) -> tuple[InputLayout, tuple[str, ...]]:
    """How models of that kind are usually prepared for; the file does not say it."""
    plain = InputLayout(trial.width_px, trial.height_px, channels_first=_channels_first(port))
    whole = port.dtype is np.uint8
    scaled = plain if whole else replace(plain, scale=1 / 255)
    kind, output = sign.layout.kind, sign.layout
    if kind is OutputKind.YOLOX and not output.decoded:
        return replace(plain, bgr=True, fit=Fit.LETTERBOX_CORNER), (
            "colours are BGR, 0 to 255, padded right and below",
        )
    if kind is OutputKind.YOLOX or (kind is OutputKind.LISTED and output.name("rows")):
        told = () if ultralytics else ("colours are RGB, 0 to 1, padded on both sides",)
        return replace(scaled, fit=Fit.LETTERBOX_CENTRE), told
    if kind is OutputKind.FASTESTDET:
        return replace(scaled, bgr=True), ("colours are BGR, 0 to 1, the image stretched",)
    if kind is OutputKind.KEYPOINTS:
        return replace(scaled, fit=Fit.LETTERBOX_CENTRE, pad_value=0), ("the image padded with black",)
    if kind is OutputKind.CLASS_MAP and not whole:
        return replace(scaled, mean=IMAGENET[0], std=IMAGENET[1]), (
            "colours are RGB with ImageNet's mean and std, the image stretched",
        )
    return scaled, (f"colours are RGB, {'0 to 255' if whole else '0 to 1'}, the image stretched",)


def _channels_first(port: InputPort) -> bool:
    return port.axes[-3] == 3 or (port.axes[-1] != 3 and port.axes[-3] is None)


def _class_names(sign: Sign, names: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if names:
        return names, ()
    if sign.class_count == len(COCO):
        return COCO, ("its 80 classes are COCO's, in their order",)
    if sign.class_count == len(VOC_WITH_BACKGROUND) and sign.layout.kind is OutputKind.CLASS_MAP:
        return VOC_WITH_BACKGROUND, ("its 21 classes are those of Pascal VOC, in their order",)
    return tuple(f"class {at}" for at in range(sign.class_count)), ("its classes have no names; give them",)
