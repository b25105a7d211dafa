"""Operations: one gesture each, and the history of them."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query, Response

from labelgraft.domain.operation import Cause
from labelgraft.errors import StaleRevision
from labelgraft.server import errors
from labelgraft.server.dependencies import ProjectById
from labelgraft.server.once import Key, once
from labelgraft.server.resource import resource
from labelgraft.server.schemas.base import Id
from labelgraft.server.schemas.images import details_of
from labelgraft.server.schemas.operations import (
    Changed,
    Gesture,
    Operation,
    OperationImages,
    OperationPage,
    Revert,
    Reverted,
    changed_of,
    operation_of,
    reverted_of,
)

router = resource("operations")

Number = Annotated[Id, Path(description="The operation's number.")]


@router.post("/projects/{project_id}/operations", operation_id="change_labels", response_model=Changed)
def change_labels(project: ProjectById, gesture: Gesture, key: Key = None) -> Changed | Response:
    """Do one gesture on images, or tell what it would do.

    Where an image is not at its expected revision nothing is done; the answer (409) has in detail.current what the image
    has now.
    """
    try:
        return changed_of(project.change_labels(gesture.change(), once=once(key, "change", gesture)))
    except StaleRevision as error:
        current = details_of(project.image(error.image_id)).model_dump(mode="json")
        detail = {**(errors.detail_of(error) or {}), "current": current}
        return errors.foreseen(error, detail)


@router.get("/projects/{project_id}/operations", operation_id="list_operations")
def list_operations(
    project: ProjectById,
    before: Annotated[Id | None, Query(description="Only older ones than this.")] = None,
    limit: Annotated[int, Query(ge=1, le=500, description="How many at the most.")] = 50,
    cause: Annotated[Cause | None, Query(description="Only operations brought about by this.")] = None,
) -> OperationPage:
    """The history, newest first."""
    found = project.history(before=before, limit=limit + 1, cause=cause)
    shown = [operation_of(each) for each in found[:limit]]
    return OperationPage(operations=shown, next_before=shown[-1].id if len(found) > limit else None)


@router.get("/projects/{project_id}/operations/{number}", operation_id="get_operation")
def get_operation(project: ProjectById, number: Number) -> Operation:
    """One operation."""
    return operation_of(project.operation(number))


@router.get(
    "/projects/{project_id}/operations/{number}/images", operation_id="list_operation_images",
    response_model=OperationImages,
)  # fmt: skip
def list_operation_images(
    project: ProjectById,
    number: Number,
    limit: Annotated[int | None, Query(ge=1, le=1_000_000, description="How many at the most.")] = None,
) -> Response:
    """The images that an operation touched."""
    found = OperationImages.model_construct(image_ids=list(project.operation_images(number))[:limit])
    return Response(found.model_dump_json(), media_type="application/json")


@router.post("/projects/{project_id}/operations/{number}/revert", operation_id="revert_operation")
def revert_operation(project: ProjectById, number: Number, wanted: Revert, key: Key = None) -> Reverted:
    """Take an operation back, whenever it was, as a new operation that can itself be taken back."""
    asked = None if wanted.dry_run else once(key, f"revert {number}", wanted)
    report = project.revert(number, dry_run=wanted.dry_run, once=asked)
    revisions = None if report.operation is None else project.operation_revisions(report.operation)
    return reverted_of(report, revisions)
