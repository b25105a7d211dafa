"""What has to be said about an ONNX file so that its numbers become shapes: data, not code."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from labelgraft.domain.json_values import from_json, to_json
from labelgraft.domain.shapes.keypoints import Skeleton
from labelgraft.domain.shapes.shape import ShapeKind
from labelgraft.errors import BadSetting


class Fit(StrEnum):
    """How an image gets the size of the network's input."""

    STRETCH = "stretch"
    LETTERBOX_CORNER = "letterbox-corner"  # its sides keep their ratio, the rest right and below is padded
    LETTERBOX_CENTRE = "letterbox-centre"  # likewise, padded on both sides


class Sampling(StrEnum):
    """Where a pixel of the input comes from."""

    PLAIN = "plain"  # the four pixels around it, as OpenCV's linear: what most detectors were trained with
    SMOOTH = "smooth"  # averaged where the image shrinks, as Pillow's bilinear


class OutputKind(StrEnum):
    """How the answers are to be read; decoders of that name."""

    YOLOX = "yolox-like"
    FASTESTDET = "fastestdet-like"
    DETR = "detr-like"
    LISTED = "boxes-scores-classes"
    CLASS_MAP = "class-map"
    KEYPOINTS = "keypoints"


class BoxForm(StrEnum):
    """What the four numbers of a box are."""

    EDGES = "left-top-right-bottom"
    EDGES_Y_FIRST = "top-left-bottom-right"
    CENTRE = "centre-size"


class ScoreRule(StrEnum):
    """How numbers become confidences."""

    AS_IS = "as-is"
    SIGMOID = "sigmoid"
    SOFTMAX = "softmax"  # over the classes; for detr-like the last one is "no object"


@dataclass(frozen=True, slots=True)
class InputLayout:
    """What the network takes: value = (pixel * scale - mean) / std, per channel in the network's own order.

    pad_value: of padding, 0 to 255, before scaling. enlarge: whether a smaller image is scaled up to the input's size.
    """

    width_px: int
    height_px: int
    channels_first: bool = True
    bgr: bool = False
    fit: Fit = Fit.STRETCH
    sampling: Sampling = Sampling.PLAIN
    pad_value: int = 114
    scale: float = 1.0
    mean: tuple[float, float, float] = (0.0, 0.0, 0.0)
    std: tuple[float, float, float] = (1.0, 1.0, 1.0)
    enlarge: bool = True

    def __post_init__(self) -> None:
        if not (0 < self.width_px <= 8192 and 0 < self.height_px <= 8192):
            raise BadSetting(
                f"input of {self.width_px} x {self.height_px} px: expected 1 to 8192 px each way."
            )
        if not 0 <= self.pad_value <= 255:
            raise BadSetting(f"padding with {self.pad_value}: expected 0 to 255.")
        if not all(map(math.isfinite, (self.scale, *self.mean, *self.std))) or min(self.std) <= 0:
            raise BadSetting("scale, mean and std: expected finite numbers, std above 0.")


@dataclass(frozen=True, slots=True)
class OutputLayout:
    """What the network gives.

    kind: how it is read; only what it needs of the rest counts.
    names: role and name of each output, for example (("boxes", "dets"), ("scores", "labels")). Roles: yolox-like and
        fastestdet-like `rows`; detr-like `boxes` and `scores`; boxes-scores-classes `boxes`, `scores` and `classes`, or
        `rows` of 6 numbers; class-map `map` and, optionally, `scores` from which confidences are taken; keypoints `rows`.
    strides, decoded: of yolox-like; decoded: the boxes are pixels of the input already, strides then do not matter.
    objectness: whether yolox-like rows are 4 + 1 + classes numbers or 4 + classes.
    numbers_first: yolox-like (numbers, rows) instead of (rows, numbers).
    box_form, relative: of boxes that are not decoded here; relative: shares of the input instead of its pixels.
    scores: how they become 0 to 1.
    nms_iou: above it the less confident of two boxes of a class goes; None where the model gives each object once.
    """

    kind: OutputKind
    names: tuple[tuple[str, str], ...]
    strides: tuple[int, ...] = (8, 16, 32)
    decoded: bool = False
    objectness: bool = True
    numbers_first: bool = False
    box_form: BoxForm = BoxForm.EDGES
    relative: bool = False
    scores: ScoreRule = ScoreRule.AS_IS
    nms_iou: float | None = None

    def __post_init__(self) -> None:
        if self.nms_iou is not None and not 0 < self.nms_iou <= 1:
            raise BadSetting(f"NMS at IoU {self.nms_iou}: expected above 0 and at most 1, or none.")
        if not self.strides or min(self.strides) < 1:
            raise BadSetting(f"strides {self.strides}: expected pixels of 1 or more.")
        roles = {role for role, _ in self.names}
        if roles not in ROLES[self.kind]:
            wanted = " or ".join(" + ".join(sorted(choice)) for choice in ROLES[self.kind])
            raise BadSetting(
                f"outputs of a {self.kind} model: found {sorted(roles)} named, expected {wanted}."
            )

    def name(self, role: str) -> str | None:
        """What the output with that role is called in the file."""
        return dict(self.names).get(role)


_ROWS = frozenset({"rows"})
ROLES: dict[OutputKind, tuple[frozenset[str], ...]] = {
    OutputKind.YOLOX: (_ROWS,),
    OutputKind.FASTESTDET: (_ROWS,),
    OutputKind.DETR: (frozenset({"boxes", "scores"}),),
    OutputKind.LISTED: (frozenset({"boxes", "scores", "classes"}), _ROWS),
    OutputKind.CLASS_MAP: (frozenset({"map"}), frozenset({"map", "scores"})),
    OutputKind.KEYPOINTS: (_ROWS,),
}
SHAPE_KINDS = {OutputKind.CLASS_MAP: ShapeKind.MASK, OutputKind.KEYPOINTS: ShapeKind.KEYPOINTS}


@dataclass(frozen=True, slots=True)
class DetectorDescription:
    """One model as data; `to_json` and `from_json` keep all of it.

    name: what people call it. class_names: in the network's order; an empty name is never proposed.
    background: the index among them that is no object, in class maps. skeleton: of keypoints.
    digest: SHA-256 of the file that this was written for, "" where none is known; another one is only pointed out.
    """

    name: str
    input: InputLayout
    output: OutputLayout
    class_names: tuple[str, ...]
    background: int | None = None
    skeleton: Skeleton | None = None
    digest: str = ""
    licence: str = "as the file"

    def __post_init__(self) -> None:
        if not any(self.class_names):
            raise BadSetting(f"model {self.name!r}: expected the names of its classes, in its own order.")
        if self.background is not None and not 0 <= self.background < len(self.class_names):
            raise BadSetting(f"model {self.name!r}: class {self.background} for background is not there.")
        if self.output.kind is OutputKind.KEYPOINTS and self.skeleton is None:
            raise BadSetting(f"model {self.name!r}: expected a skeleton, which says what its points are.")

    @property
    def shape_kind(self) -> ShapeKind:
        """What it finds."""
        return SHAPE_KINDS.get(self.output.kind, ShapeKind.BOX)


def description_to_json(description: DetectorDescription) -> dict[str, object]:
    """As JSON values."""
    content: dict[str, object] = to_json(description)
    return content


def description_from_json(content: object) -> DetectorDescription:
    """Raises: BadInput, BadSetting or BadShape where it is not what `description_to_json` gives."""
    description: DetectorDescription = from_json(DetectorDescription, content)
    return description
