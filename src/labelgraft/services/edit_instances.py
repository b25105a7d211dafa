"""One gesture of the editor on one image: checked, mended where it can be, and saved as one operation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from labelgraft.domain.annotation import Author
from labelgraft.domain.change import Once
from labelgraft.domain.details import ImageInstances
from labelgraft.domain.ids import AnnotationId, ClassId, ImageId, ProjectId
from labelgraft.domain.image import Image
from labelgraft.domain.instance_edit import (
    KINDS_OF_TASK,
    ChangedInstance,
    EditReport,
    InstanceEdit,
    NewInstance,
)
from labelgraft.domain.operation import Operation
from labelgraft.domain.project import LabelClass, Project
from labelgraft.domain.shapes.clip import clipped
from labelgraft.domain.shapes.keypoints import Keypoints
from labelgraft.domain.shapes.mask import Mask
from labelgraft.domain.shapes.rotated_box import RotatedBox
from labelgraft.domain.shapes.shape import Shape, ShapeKind, kind_of
from labelgraft.errors import BadInput, BadShape, UnknownNumber
from labelgraft.storage import annotations as truth
from labelgraft.storage import classes, images, instances, journal, operations, projects, proposed_shapes
from labelgraft.storage.workspace import Workspace

if TYPE_CHECKING:
    from sqlalchemy import Connection

MOST_INSTANCES = 10_000
"""In one gesture."""


def edit_instances(
    workspace: Workspace, project_id: ProjectId, wanted: InstanceEdit, *, author: Author,
    expected_revision: int | None = None, once: Once | None = None,
) -> EditReport:  # fmt: skip
    """Do a gesture of the editor, once however often it is sent. Shapes but rotated boxes are cut at the image's edges.

    Raises: BadShape for a shape that this task does not have, that lies outside of the image, or does not fit its class;
    BadInput; UnknownNumber; StaleRevision; Conflict. Nothing is saved then.
    """
    with workspace.database.writing() as c:
        project = projects.lock(c, project_id)
        done = None if once is None else operations.done_before(c, project_id, once.key, once.digest)
        if done is not None:
            return _report(c, project_id, done, wanted.image_id, ())
        image = _image(c, project_id, wanted.image_id)
        known = {each.id: each for each in classes.of_project(c, project_id)}
        check = _Check(project, image, known)
        fitted = replace(
            wanted, new=tuple(map(check.new, wanted.new)), changed=tuple(map(check.changed, wanted.changed))
        )
        if len(wanted.new) + len(wanted.changed) + len(wanted.accepted) > MOST_INSTANCES:
            raise BadInput(
                f"More than {MOST_INSTANCES:,} instances in one gesture. Nothing was saved. Send them in parts."
            )
        operation = instances.edit(
            c, project_id, fitted, author=author, summary=words_of(fitted, known), expected_revision=expected_revision,
            idempotency_key=None if once is None else once.key,
        )  # fmt: skip
        if once is not None:
            operations.remember_request(c, operation.id, once.digest)
        return _report(c, project_id, operation, wanted.image_id, tuple(check.notices))


def read_instances(
    workspace: Workspace, project_id: ProjectId, image_ids: Iterable[ImageId]
) -> tuple[ImageInstances, ...]:
    """What is drawn in images and proposed for them, in the order asked for; those not in the project are left out."""
    with workspace.database.reading() as c:
        asked = list(dict.fromkeys(image_ids))
        here = operations.revisions(c, project_id, asked)
        known = {
            image.id: image for image in images.of_ids(c, [number for number in asked if number in here])
        }
        drawn, proposed = truth.of_images(c, known), proposed_shapes.of_images(c, known)
        return tuple(
            ImageInstances(
                known[number], tuple(a for a in drawn[number] if a.shape is not None), proposed[number]
            )
            for number in asked
            if number in known
        )


class _Check:
    """Shapes made fit for an image of a project; notices: what was mended."""

    def __init__(self, project: Project, image: Image, known: Mapping[ClassId, LabelClass]) -> None:
        self._project = project
        self._image = image
        self._known = known
        self.notices: list[str] = []

    def new(self, one: NewInstance) -> NewInstance:
        return replace(one, shape=self._fit(one.shape, one.class_id))

    def changed(self, one: ChangedInstance) -> ChangedInstance:
        return replace(one, shape=self._fit(one.shape, one.class_id))

    def _fit(self, shape: Shape, class_id: ClassId) -> Shape:
        self._check_kind(shape, class_id)
        width, height = self._image.width_px, self._image.height_px
        inside = clipped(shape, width, height)
        if inside is None:
            raise BadShape(
                f"A {kind_of(shape)} lies outside of the image of {width} x {height} px. Nothing was saved."
            )
        if isinstance(shape, RotatedBox):
            return shape  # cut, it would be no rotated box any more
        if inside != shape:
            self.notices.append(f"A {kind_of(shape)} was cut at the edge of the image.")
        return inside

    def _check_kind(self, shape: Shape, class_id: ClassId) -> None:
        allowed, task = KINDS_OF_TASK[self._project.task], self._project.task
        if kind_of(shape) not in allowed:
            expected = " or ".join(sorted(allowed)) or "no shape at all"
            raise BadShape(
                f"Found a {kind_of(shape)}, expected {expected}: the task of {self._project.name!r} is {task.value}. "
                "Nothing was saved."
            )
        size = (self._image.width_px, self._image.height_px)
        if isinstance(shape, Mask) and (shape.width_px, shape.height_px) != size:
            raise BadShape(
                f"A mask is of {shape.width_px} x {shape.height_px} px, expected the image's {size[0]} x {size[1]}. "
                "Nothing was saved."
            )
        named = self._known.get(class_id)
        if isinstance(shape, Keypoints) and named is not None:
            self._check_skeleton(shape, named)

    def _check_skeleton(self, shape: Keypoints, named: LabelClass) -> None:
        wanted = 0 if named.skeleton is None else len(named.skeleton.names)
        if len(shape.points) != wanted:
            raise BadShape(
                f"Found {len(shape.points)} keypoints, expected {wanted}, the skeleton of class {named.name!r}. Nothing was "
                "saved."
            )


def words_of(edit: InstanceEdit, known: Mapping[ClassId, LabelClass]) -> str:
    """The operation in words."""
    parts = [_counted("drew", edit.new, known), _counted("changed", edit.changed, known)]
    for verb, numbers in (
        ("deleted", edit.removed),
        ("accepted", edit.accepted),
        ("rejected", edit.rejected),
    ):
        parts.append(f"{verb} {len(numbers)}" if numbers else "")
    parts.append({True: "finished the image", False: "opened the image again", None: ""}[edit.finished])
    said = ", ".join(part for part in parts if part)
    return said[:1].upper() + said[1:300] if said else "Nothing"


def _counted(
    verb: str, listed: Iterable[NewInstance | ChangedInstance], known: Mapping[ClassId, LabelClass]
) -> str:
    each = tuple(listed)
    if not each:
        return ""
    names = sorted({known[one.class_id].name for one in each if one.class_id in known})
    kind = kind_of(each[0].shape) if len({kind_of(one.shape) for one in each}) == 1 else "shape"
    what = f"{len(each)} {_PLURAL.get(kind, kind)}" if len(each) > 1 else f"a {kind}"
    return f"{verb} {what} of {', '.join(names[:3])}{' and more' if len(names) > 3 else ''}"


_PLURAL: dict[str, str] = {
    ShapeKind.BOX: "boxes", ShapeKind.ROTATED_BOX: "rotated boxes", ShapeKind.POLYGON: "polygons", ShapeKind.MASK: "masks",
    ShapeKind.KEYPOINTS: "sets of keypoints", "shape": "shapes",
}  # fmt: skip


def _image(c: Connection, project_id: ProjectId, image_id: ImageId) -> Image:
    operations.check_all_known(len(operations.revisions(c, project_id, [image_id])), 1)
    found = images.of_ids(c, [image_id])
    if not found:
        raise UnknownNumber(f"There is no image {image_id} in this project. Nothing was saved.")
    return found[0]


def _report(
    c: Connection, project_id: ProjectId, operation: Operation, image_id: ImageId, notices: tuple[str, ...]
) -> EditReport:
    came = [one.annotation_id for one in journal.read(c, operation.id).annotations if one.before is None]
    revision = operations.revisions(c, project_id, [image_id])[image_id]
    kept = operation if operation.image_count else None
    return EditReport(kept, tuple(AnnotationId(number) for number in came), revision, notices)
