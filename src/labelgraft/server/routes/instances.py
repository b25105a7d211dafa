"""Instances: what is drawn in images, and the gestures of the editor."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Response

from labelgraft.errors import StaleRevision
from labelgraft.server import errors
from labelgraft.server.dependencies import ProjectById
from labelgraft.server.once import Key, once
from labelgraft.server.resource import resource
from labelgraft.server.schemas.base import Id
from labelgraft.server.schemas.instances import (
    ImageInstances,
    InstanceGesture,
    InstancesChanged,
    InstancesLookedUp,
    InstancesLookup,
    changed_of,
    instances_of,
)

router = resource("instances")

Number = Annotated[Id, Path(description="The image's number.")]


@router.get("/projects/{project_id}/images/{image_id}/instances", operation_id="get_instances")
def get_instances(project: ProjectById, image_id: Number) -> ImageInstances:
    """What is drawn in an image, and what is proposed for it."""
    return instances_of(project.instances(image_id))


@router.post("/projects/{project_id}/instances/lookup", operation_id="look_up_instances")
def look_up_instances(project: ProjectById, wanted: InstancesLookup) -> InstancesLookedUp:
    """The same of several images, in that order; those that are gone are left out."""
    return InstancesLookedUp(images=[instances_of(each) for each in project.instances_of(wanted.image_ids)])


@router.post(
    "/projects/{project_id}/images/{image_id}/instances",
    operation_id="edit_instances",
    response_model=InstancesChanged,
)
def edit_instances(
    project: ProjectById, image_id: Number, gesture: InstanceGesture, key: Key = None
) -> InstancesChanged | Response:
    """Do one gesture of the editor: draw, change, delete, accept, reject, finish.

    Shapes are cut at the edges of the image. Where the image is not at its expected revision nothing is done; the answer
    (409) has in detail.current what is drawn in it now.
    """
    try:
        report = project.edit_instances(
            gesture.edit(image_id), expected_revision=gesture.expected_revision,
            once=once(key, f"edit {image_id}", gesture),
        )  # fmt: skip
    except StaleRevision as error:
        current = instances_of(project.instances(error.image_id)).model_dump(mode="json")
        return errors.foreseen(error, {**(errors.detail_of(error) or {}), "current": current})
    return changed_of(report)
