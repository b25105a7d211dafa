"""Classes: add, change, put in order, merge, delete, each as one operation or only tried."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query

from labelgraft.domain.shapes.keypoints import Skeleton
from labelgraft.server.dependencies import ProjectById
from labelgraft.server.once import Key, once
from labelgraft.server.resource import resource
from labelgraft.server.schemas.base import Id
from labelgraft.server.schemas.classes import (
    ClassChange,
    ClassesChanged,
    ClassMerge,
    ClassOrder,
    NewClass,
    NewClasses,
    ProjectClass,
    class_of,
    classes_changed,
)
from labelgraft.workbench.class_verbs import KEEP, Keep
from labelgraft.workbench.project import ProjectBench

router = resource("classes")

Number = Annotated[Id, Path(description="The class's number.")]


def shown(project: ProjectBench) -> list[ProjectClass]:
    """The classes of now with their labels."""
    counts = project.class_counts()
    return [class_of(each, counts.get(each.id, 0)) for each in project.classes()]


@router.get("/projects/{project_id}/classes", operation_id="list_classes")
def list_classes(project: ProjectById) -> list[ProjectClass]:
    """The classes in their order."""
    return shown(project)


@router.post("/projects/{project_id}/classes", operation_id="add_class", status_code=201)
def add_class(project: ProjectById, wanted: NewClass, key: Key = None) -> ClassesChanged:
    """Add a class."""
    report = project.add_class(
        wanted.name, colour=wanted.colour, key=wanted.key, dry_run=wanted.dry_run,
        once=once(key, "add class", wanted),
    )  # fmt: skip
    return classes_changed(report, shown(project))


@router.post("/projects/{project_id}/classes/several", operation_id="add_classes", status_code=201)
def add_classes(project: ProjectById, wanted: NewClasses, key: Key = None) -> ClassesChanged:
    """Add several classes as one operation."""
    asked = once(key, "add classes", wanted)
    report = project.add_classes(wanted.names, dry_run=wanted.dry_run, once=asked)
    return classes_changed(report, shown(project))


@router.put("/projects/{project_id}/classes/order", operation_id="order_classes")
def order_classes(project: ProjectById, wanted: ClassOrder, key: Key = None) -> ClassesChanged:
    """Put the classes into another order."""
    asked = once(key, "order classes", wanted)
    report = project.order_classes(wanted.class_ids, dry_run=wanted.dry_run, once=asked)
    return classes_changed(report, shown(project))


@router.patch("/projects/{project_id}/classes/{class_id}", operation_id="change_class")
def change_class(
    project: ProjectById, class_id: Number, wanted: ClassChange, key: Key = None
) -> ClassesChanged:
    """Rename or recolour a class, or give it another key or skeleton."""
    report = project.change_class(
        class_id, name=wanted.name, colour=wanted.colour,
        key=wanted.key if "key" in wanted.model_fields_set else KEEP, skeleton=_skeleton(wanted),
        dry_run=wanted.dry_run, once=once(key, f"change class {class_id}", wanted),
    )  # fmt: skip
    return classes_changed(report, shown(project))


def _skeleton(wanted: ClassChange) -> Skeleton | Keep | None:
    if "skeleton" not in wanted.model_fields_set:
        return KEEP
    return None if wanted.skeleton is None else wanted.skeleton.skeleton()


@router.delete("/projects/{project_id}/classes/{class_id}", operation_id="delete_class")
def delete_class(
    project: ProjectById,
    class_id: Number,
    dry_run: Annotated[bool, Query(description="Do nothing, tell what would happen.")] = False,
    key: Key = None,
) -> ClassesChanged:
    """Delete a class with its labels; the operation brings both back when it is taken back."""
    asked = once(key, f"delete class {class_id}")
    report = project.delete_class_by_id(class_id, dry_run=dry_run, once=asked)
    return classes_changed(report, shown(project))


@router.post("/projects/{project_id}/classes/{class_id}/merge", operation_id="merge_classes")
def merge_classes(
    project: ProjectById, class_id: Number, wanted: ClassMerge, key: Key = None
) -> ClassesChanged:
    """Give the labels of a class to another, and delete it."""
    asked = once(key, f"merge class {class_id}", wanted)
    report = project.merge_classes(class_id, wanted.into, dry_run=wanted.dry_run, once=asked)
    return classes_changed(report, shown(project))
