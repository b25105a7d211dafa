"""A described ONNX file at work: images in, shapes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from labelgraft.domain.arrays import AnyArray, Doubles, Ints, Pixels
from labelgraft.domain.shapes.shape import ShapeKind
from labelgraft.errors import BadInput
from labelgraft.learning.detectors.answer import Found
from labelgraft.learning.detectors.box_decoding import decode_boxes
from labelgraft.learning.detectors.class_map_decoding import decode_class_map
from labelgraft.learning.detectors.described import DetectorDescription, OutputKind
from labelgraft.learning.detectors.nms import nms
from labelgraft.learning.detectors.onnx_session import open_session
from labelgraft.learning.detectors.pose_decoding import decode_pose
from labelgraft.learning.detectors.preparation import Placement, prepared, tensor
from labelgraft.learning.weights import file_digest, first_line

THRESHOLD = 0.25
MOST_COMPARED = 1000
MOST_FOUND = 300
BATCH = 8
CROP_MARGIN = 0.125
DTYPES: Mapping[str, type[np.generic]] = {
    "tensor(float)": np.float32,
    "tensor(float16)": np.float16,
    "tensor(double)": np.float64,
    "tensor(uint8)": np.uint8,
}


@dataclass(frozen=True, slots=True)
class InputPort:
    """What the file says about its one input. axes: None where any number is taken."""

    name: str
    axes: tuple[int | None, ...]
    dtype: type[np.generic]


class OnnxDetector:
    """One model, one thread. Run one per core in processes of their own.

    notices: what the user should know though the model works, for example that the file is another one than described.
    """

    def __init__(self, description: DetectorDescription, path: Path) -> None:
        """Raises: BadInput where the file cannot be used or does not fit its description; MissingExtra."""
        self.description = description
        self.path = path
        self._session = open_session(path)
        self._port = input_port(self._session, path)
        _demand_fitting_input(self._port, description, path)
        self._outputs = _outputs(self._session, description, path)
        digest = file_digest(path)
        self.notices: tuple[str, ...] = ()
        if description.digest and digest != description.digest:
            self.notices = (
                f"{path.name} is not the very file that {description.name!r} was described for: look at some results.",
            )

    @property
    def batch(self) -> int:
        """Images per run: 1 where the file was exported for one."""
        return BATCH if len(self._port.axes) == 4 and self._port.axes[0] is None else 1

    def find(self, images: Sequence[Pixels], *, threshold: float = THRESHOLD) -> list[Found]:
        """What is in each image.

        Args:
            images: (H, W, 3) uint8 RGB, upright, of any sizes.
            threshold: least confidence, 0 to 1.
        Raises: BadInput where the network gives what its description does not say.
        """
        found: list[Found] = []
        for start in range(0, len(images), self.batch):
            ready = [prepared(image, self.description.input) for image in images[start : start + self.batch]]
            answers = self._run([pixels for pixels, _ in ready])
            for at, (_, place) in enumerate(ready):
                mine = {role: values[at] for role, values in answers.items()}
                found.append(self._decoded(mine, place, threshold))
        return found

    def find_points(self, image: Pixels, boxes: Doubles, *, threshold: float = 0.0) -> tuple[Found, Ints]:
        """The points of the object in each box, for models that know one object per image.

        boxes: (N, 4) in pixels of the image; each is looked at with an eighth of its size around it.
        Returns: what was found with the boxes as they were given, and (M,) positions in `boxes`, in their order.
        """
        crops = [_crop(image, box) for box in boxes]
        parts = self.find([pixels for pixels, _, _ in crops], threshold=threshold)
        kept = [at for at, part in enumerate(parts) if len(part)]
        points = []
        for at in kept:
            moved = parts[at].keypoints[0].copy()
            moved[:, :2] += crops[at][1:]
            points.append(moved)
        count = len(self.description.skeleton.names) if self.description.skeleton else 0
        confidences = np.array([parts[at].confidences[0] for at in kept], np.float32)
        found = Found(
            kind=ShapeKind.KEYPOINTS,
            class_indexes=np.zeros(len(kept), np.int64),
            confidences=confidences,
            boxes=np.asarray(boxes, np.float64).reshape(-1, 4)[kept],
            keypoints=np.array(points, np.float64).reshape(len(kept), count, 3),
        )
        return found, np.array(kept, np.int64)

    def _run(self, images: list[Pixels]) -> Mapping[str, AnyArray]:
        """By role, the first axis counts the images."""
        values = tensor(images, self.description.input, self._port.dtype)
        if len(self._port.axes) == 3:
            values = values[0]
        try:
            answers = self._session.run(list(self._outputs.values()), {self._port.name: values})
        except Exception as error:
            raise BadInput(
                f"{self.path}: failed on {len(images)} images of {values.shape[-3:]} ({first_line(error)}). Nothing was "
                "kept."
            ) from error
        return {
            role: self._per_image(role, answer, len(images))
            for role, answer in zip(self._outputs, answers, strict=True)
        }

    def _per_image(self, role: str, answer: AnyArray, count: int) -> AnyArray:
        whole = without_batch_axis(self.description.output.kind, role, answer)
        values = answer[None] if whole else answer
        if len(values) != count:
            raise BadInput(
                f"{self.path}: its output {self._outputs[role]!r} has the shape {answer.shape} for {count} images, "
                "expected one entry per image first. Nothing was kept."
            )
        return values

    def _decoded(self, answers: Mapping[str, AnyArray], place: Placement, threshold: float) -> Found:
        if self.description.output.kind is OutputKind.CLASS_MAP:
            return decode_class_map(answers, self.description, place, threshold)
        if self.description.output.kind is OutputKind.KEYPOINTS:
            return decode_pose(answers, self.description, place, threshold)
        candidates = decode_boxes(answers, self.description, threshold)
        order = np.argsort(-candidates.confidences, kind="stable")[:MOST_COMPARED]
        if self.description.output.nms_iou is not None:
            boxes, sure, classes = (
                candidates.boxes[order], candidates.confidences[order], candidates.class_indexes[order],
            )  # fmt: skip
            order = order[nms(boxes, sure, classes, iou=self.description.output.nms_iou)]
        size = np.array([place.width_px, place.height_px] * 2, np.float64)
        boxes = np.clip(place.to_image(candidates.boxes[order]), 0, size)
        visible = (boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1])
        kept = order[visible][:MOST_FOUND]
        return Found(
            kind=ShapeKind.BOX,
            class_indexes=candidates.class_indexes[kept],
            confidences=candidates.confidences[kept],
            boxes=boxes[visible][:MOST_FOUND],
        )


def without_batch_axis(kind: OutputKind, role: str, answer: AnyArray) -> bool:
    """Whether an output is that of one image alone, as torchvision's detectors give it."""
    if kind is not OutputKind.LISTED:
        return False
    return answer.ndim == (2 if role in ("boxes", "rows") else 1)


def input_port(session: Any, path: Path) -> InputPort:
    """Raises: BadInput where it has not one input that an image could be."""
    inputs = session.get_inputs()
    if len(inputs) != 1:
        names = ", ".join(each.name for each in inputs)
        raise BadInput(f"{path}: has {len(inputs)} inputs ({names}), expected one image. Nothing was loaded.")
    one = inputs[0]
    axes = tuple(axis if isinstance(axis, int) and axis > 0 else None for axis in one.shape)
    if len(axes) not in (3, 4) or one.type not in DTYPES:
        raise BadInput(
            f"{path}: its input {one.name!r} is {one.type} of shape {one.shape}, expected an image: (images, 3, height, "
            "width) or (images, height, width, 3). Nothing was loaded."
        )
    return InputPort(one.name, axes, DTYPES[one.type])


def _demand_fitting_input(port: InputPort, description: DetectorDescription, path: Path) -> None:
    layout = description.input
    size = (layout.height_px, layout.width_px)
    wanted = (3, *size) if layout.channels_first else (*size, 3)
    if any(axis not in (None, number) for axis, number in zip(port.axes[-3:], wanted, strict=True)):
        raise BadInput(
            f"{path}: takes images as {port.axes[-3:]}, but {description.name!r} describes {wanted} "
            f"({'channels, height, width' if layout.channels_first else 'height, width, channels'}). Nothing was loaded."
        )
    scaled = replace(layout, scale=1.0, mean=(0.0,) * 3, std=(1.0,) * 3) != layout
    if port.dtype is np.uint8 and scaled:
        raise BadInput(
            f"{path}: takes whole numbers 0 to 255, but {description.name!r} describes a scale, mean or std. "
            "Nothing was loaded."
        )
    if len(port.axes) == 4 and port.axes[0] not in (None, 1):
        raise BadInput(f"{path}: takes {port.axes[0]} images at once, expected 1 or any. Nothing was loaded.")


def _outputs(session: Any, description: DetectorDescription, path: Path) -> dict[str, str]:
    there = [each.name for each in session.get_outputs()]
    for _, name in description.output.names:
        if name not in there:
            raise BadInput(
                f"{path}: has no output {name!r} as {description.name!r} describes; it has {', '.join(there)}. "
                "Nothing was loaded."
            )
    return dict(description.output.names)


def _crop(image: Pixels, box: Doubles) -> tuple[Pixels, int, int]:
    """The pixels of a box with its margin, never fewer than one, and its left and top."""
    height, width = image.shape[:2]
    margin_x, margin_y = (box[2] - box[0]) * CROP_MARGIN, (box[3] - box[1]) * CROP_MARGIN
    left = int(np.clip(box[0] - margin_x, 0, width - 1))
    top = int(np.clip(box[1] - margin_y, 0, height - 1))
    right = max(left + 1, int(np.clip(np.ceil(box[2] + margin_x), 0, width)))
    bottom = max(top + 1, int(np.clip(np.ceil(box[3] + margin_y), 0, height)))
    return image[top:bottom, left:right], left, top
