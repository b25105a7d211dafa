"""A data set made fit for a task: every instance as the kind of shape that is drawn there, or told why not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from labelgraft.domain.dataset import Dataset, DatasetImage, DatasetInstance
from labelgraft.domain.image import RefusedFile
from labelgraft.domain.instance_edit import KINDS_OF_TASK
from labelgraft.domain.project import Task
from labelgraft.domain.shapes.keypoints import Keypoints, Skeleton
from labelgraft.domain.shapes.measure import bounds
from labelgraft.domain.shapes.shape import Shape, kind_of
from labelgraft.errors import BadShape


@dataclass(frozen=True, slots=True)
class TaskFit:
    """dataset: with shapes of the task only. changed: "polygon -> box" and how often. refused: what has no such shape."""

    dataset: Dataset
    changed: Mapping[str, int] = field(default_factory=dict)
    refused: tuple[RefusedFile, ...] = ()


def fit_to_task(dataset: Dataset, task: Task) -> TaskFit:
    """Shapes of the kinds that a task draws.

    For classification images keep the classes of their instances. For detection what is no box becomes the box around
    it. Outlines, masks and keypoints cannot be made of less; where an object is drawn in several ways, the one that fits
    is taken. An image that loses a shape so is not finished any more.
    """
    if task is Task.CLASSIFICATION:
        return TaskFit(_without_shapes(dataset))
    changed, refused, images = Counter[str](), list[RefusedFile](), list[DatasetImage]()
    for image in dataset.images:
        kept = list[DatasetInstance]()
        lost = Counter[str]()
        for one in image.instances:
            shape = fitting_shape(one, task)
            if shape is None:
                lost[kind_of(one.shape)] += 1
                continue
            if kind_of(shape) is not kind_of(one.shape):
                changed[f"{kind_of(one.shape)} -> {kind_of(shape)}"] += 1
            kept.append(replace(one, shape=shape, also=()))
        refused += [RefusedFile(image.path, _reason(kind, count, task)) for kind, count in lost.items()]
        images.append(replace(image, finished=image.finished and not lost).with_instances(kept))
    return TaskFit(replace(dataset, images=tuple(images)), dict(changed), tuple(refused))


def fitting_shape(one: DatasetInstance, task: Task) -> Shape | None:
    """The drawing of an object that a task wants, None where there is none and none can be made."""
    kinds = KINDS_OF_TASK[task]
    for shape in (one.shape, *one.also):
        if kind_of(shape) in kinds:
            return shape
    if task is not Task.DETECTION:
        return None
    try:
        return bounds(one.shape)
    except BadShape:
        return None


def inferred_skeletons(dataset: Dataset) -> dict[str, Skeleton]:
    """The skeletons of classes: as told, else points called by their numbers, as many as the first instance has."""
    found = dict(dataset.skeletons)
    for image in dataset.images:
        for one in image.instances:
            if isinstance(one.shape, Keypoints) and one.class_name not in found:
                names = tuple(str(number + 1) for number in range(len(one.shape.points)))
                found[one.class_name] = Skeleton(names)
    return {name: with_mirrored(skeleton) for name, skeleton in found.items()}


def with_mirrored(skeleton: Skeleton) -> Skeleton:
    """The same, with pairs that their names tell: left_eye and right_eye, L_Eye and R_Eye, leftear and rightear."""
    if skeleton.mirrored:
        return skeleton
    at = {name.lower(): place for place, name in enumerate(skeleton.names)}
    if len(at) < len(skeleton.names):
        return skeleton
    mirrored = list(range(len(skeleton.names)))
    for name, place in at.items():
        for left, right in _SIDES:
            other = at.get(right(name)) if left(name) else None
            if other is not None and mirrored[other] == other:
                mirrored[place], mirrored[other] = other, place
    return (
        replace(skeleton, mirrored=tuple(mirrored))
        if any(m != p for p, m in enumerate(mirrored))
        else skeleton
    )


_SIDES: tuple[tuple[Callable[[str], bool], Callable[[str], str]], ...] = (
    (lambda name: "left" in name, lambda name: name.replace("left", "right")),
    (lambda name: name.startswith("l_"), lambda name: "r_" + name[2:]),
    (lambda name: name.endswith("_l"), lambda name: name[:-2] + "_r"),
)


def _without_shapes(dataset: Dataset) -> Dataset:
    if not any(image.instances for image in dataset.images):
        return dataset
    return replace(dataset, images=tuple(replace(image, instances=()) for image in dataset.images))


def _reason(kind: str, count: int, task: Task) -> str:
    wanted = " or ".join(sorted(KINDS_OF_TASK[task]))
    return f"{count} of kind {kind} not taken: {task.value} wants a {wanted}"
