"""Models that find shapes: what is said of one before and after it is added, and what it finds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from labelgraft.domain.ids import ClassId, ImageId
from labelgraft.domain.image import RefusedFile
from labelgraft.domain.instance_edit import KINDS_OF_TASK
from labelgraft.domain.project import Task
from labelgraft.domain.shapes.measure import bounds
from labelgraft.domain.shapes.shape import Shape, ShapeKind, kind_of
from labelgraft.errors import BadSetting

THRESHOLD = 0.25
"""How sure a model must be where nobody says otherwise."""

TRIED = 12
"""Images of a dry run."""

SAME_IOU = 0.5
"""A proposal that overlaps an object of its class so much is that object."""


@dataclass(frozen=True, slots=True)
class FoundShape:
    """One object of one image. class_index: into the model's own classes. confidence: 0 to 1, not calibrated."""

    class_index: int
    confidence: float
    shape: Shape


@dataclass(frozen=True, slots=True)
class ClassUse:
    """What becomes of one of a model's classes: proposed as a class of the project where it is sure enough.

    index, theirs: the class in the model's own order and words. class_id, ours: the project's. threshold: 0 to 1.
    """

    index: int
    theirs: str
    class_id: ClassId
    ours: str
    threshold: float = THRESHOLD


@dataclass(frozen=True, slots=True)
class DetectorFile:
    """A file to read as a model, and what the user says of it where the file says it wrongly or not at all.

    name: what its user calls it, for messages and as the model's name. input_px: width and height, for files that take any
    size. class_names: in the network's order. changes: of the description as JSON, part by part: {"input": {"bgr": true}}.
    """

    path: Path
    name: str
    input_px: tuple[int, int] | None = None
    class_names: tuple[str, ...] = ()
    changes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WantedClass:
    """A class of the model as a class of the project, both by name; threshold None: as for the others."""

    theirs: str
    ours: str
    threshold: float | None = None


@dataclass(frozen=True, slots=True)
class DetectorOffer:
    """What was recognised in a file; nothing is kept yet.

    sentence: what it is, or why no description fits. assumed: what no file can tell, to be looked at. description: as JSON,
    None where none fits. kind: of the shapes it finds. class_names: its own, in its order. uses: those that a class of the
    project is called like. problem: why this project has no use for it, "" where it has.
    """

    name: str
    digest: str
    bytes: int
    sentence: str
    assumed: tuple[str, ...] = ()
    description: Mapping[str, Any] | None = None
    kind: ShapeKind | None = None
    class_names: tuple[str, ...] = ()
    uses: tuple[ClassUse, ...] = ()
    licence: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class ProposedHere:
    """A shape that a model would propose."""

    class_id: ClassId
    class_name: str
    confidence: float
    shape: Shape


@dataclass(frozen=True, slots=True)
class FoundInImage:
    """What a model would propose for one image, surest first; known: how many it found that are drawn there already."""

    image_id: ImageId
    width_px: int
    height_px: int
    shapes: tuple[ProposedHere, ...]
    known: int = 0


@dataclass(frozen=True, slots=True)
class FindReport:
    """What a model found. with_shapes: images it proposes something for. known: found, but drawn or rejected already."""

    model: str
    images: int
    with_shapes: int
    shapes: int
    known: int
    per_class: Mapping[str, int]
    refused: tuple[RefusedFile, ...] = ()

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> FindReport:
        """From `dataclasses.asdict` through JSON."""
        return cls(**{**values, "refused": tuple(RefusedFile(**each) for each in values["refused"])})


def fitted(shape: Shape, task: Task) -> Shape | None:
    """A shape as a project of that task draws it: a box around what is finer; None where it is not fine enough."""
    if kind_of(shape) in KINDS_OF_TASK[task]:
        return shape
    if task is not Task.DETECTION:
        return None
    return bounds(shape)


def fits(kind: ShapeKind, task: Task) -> bool:
    """Whether shapes of that kind can be proposed in a project of that task."""
    return kind in KINDS_OF_TASK[task] or task is Task.DETECTION


def check_thresholds(thresholds: Mapping[str, float], classes: Mapping[str, str] | None) -> None:
    """Raises: BadSetting for a threshold of a class that is not proposed."""
    unknown = sorted(thresholds.keys() - (classes or {}).keys())
    if unknown:
        raise BadSetting(
            f"thresholds: {unknown[0]!r} is not among the classes that are proposed. Nothing was added."
        )
