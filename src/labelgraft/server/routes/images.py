"""Images: pages, columns of all of them, and what is said of one."""

from __future__ import annotations

from base64 import b64encode
from typing import Annotated, Any

from fastapi import Path, Query, Response

from labelgraft.server import columns
from labelgraft.server.dependencies import ProjectById
from labelgraft.server.resource import resource
from labelgraft.server.schemas.base import Id
from labelgraft.server.schemas.images import (
    Conditions,
    ImageDetails,
    ImagePage,
    LookedUp,
    Lookup,
    Similar,
    Thumbnail,
    Thumbnails,
    WantedThumbnails,
    details_of,
)
from labelgraft.workbench.image_verbs import ImageOrder

router = resource("images")

COLUMNS: dict[int | str, dict[str, Any]] = {
    200: {"content": {columns.MEDIA_TYPE: {}}, "description": "Columns of numbers."}
}
Number = Annotated[Id, Path(description="The image's number.")]


@router.get("/projects/{project_id}/images", operation_id="list_images")
def list_images(
    project: ProjectById,
    wanted: Conditions,
    after: Annotated[Id | None, Query(description="Only images with a larger number.")] = None,
    limit: Annotated[int, Query(ge=1, le=500, description="How many at the most.")] = 100,
) -> ImagePage:
    """Images that fit every condition, in the order of their numbers."""
    page = project.image_page(wanted.filter(), after, limit)
    return ImagePage(images=[details_of(each) for each in page.rows], next_after=page.next_after)


@router.get(
    "/projects/{project_id}/images/columns", operation_id="order_images", response_class=Response,
    responses=COLUMNS,
)  # fmt: skip
def order_images(
    project: ProjectById,
    wanted: Conditions,
    sort: Annotated[
        ImageOrder,
        Query(
            description="By number; as the queue; by confidence, the least first; by likeness to an image."
        ),
    ] = ImageOrder.ID,
    to: Annotated[Id | None, Query(description="The image to compare with, for sort=similar.")] = None,
) -> Response:
    """The numbers of all images that fit, in order: image_ids (uint32). Facts: count, operation_id (the newest one)."""
    found, states = project.image_order(wanted.filter(), sort, to)
    return columns.answer(
        {"image_ids": found}, {"count": len(found), "sort": sort.value, "operation_id": states.operation_id}
    )


@router.get(
    "/projects/{project_id}/images/state", operation_id="get_image_states", response_class=Response,
    responses=COLUMNS,
)  # fmt: skip
def get_image_states(project: ProjectById) -> Response:
    """What every image is now, by number.

    image_ids (uint32), states (int8: new, proposed, labelled, skipped, unclear, draft), class_ids (int32: the first label,
    -1 for none), proposal_class_ids (int32, -1), confidences (float32, NaN), folder_index (int32, into the fact folders),
    splits (int8: none, train, test), revisions (uint32). Facts: folders, operation_id (the newest one).
    """
    found = project.image_states()
    return columns.answer(
        {
            "image_ids": found.image_ids,
            "states": found.states,
            "class_ids": found.class_ids.astype("int32"),
            "proposal_class_ids": found.proposal_class_ids.astype("int32"),
            "confidences": found.confidences,
            "folder_index": found.folder_index.astype("int32"),
            "splits": found.splits,
            "revisions": found.revisions.astype("uint32"),
        },
        {"folders": list(found.folders), "operation_id": found.operation_id},
    )


@router.post("/projects/{project_id}/images/lookup", operation_id="look_up_images")
def look_up_images(project: ProjectById, wanted: Lookup) -> LookedUp:
    """Images by their numbers, in that order; those that are gone are left out."""
    return LookedUp(images=[details_of(each) for each in project.image_details(wanted.image_ids)])


@router.post(
    "/projects/{project_id}/images/thumbnails", operation_id="get_thumbnails", response_model=Thumbnails
)
def get_thumbnails(project: ProjectById, wanted: WantedThumbnails) -> Response:
    """The small pictures of many images in one answer: a browser asks for no more than six addresses at once."""
    found = project.thumbnails(wanted.image_ids)
    # Validated as they were made: half a megabyte of base64 is not looked through again.
    told = [
        Thumbnail.model_construct(id=number, webp=b64encode(webp).decode()) for number, webp in found.items()
    ]
    answer = Thumbnails.model_construct(thumbnails=told)
    return Response(answer.model_dump_json(), media_type="application/json")


@router.get("/projects/{project_id}/images/{image_id}", operation_id="get_image")
def get_image(project: ProjectById, image_id: Number) -> ImageDetails:
    """One image with its labels and proposals."""
    return details_of(project.image(image_id))


@router.get("/projects/{project_id}/images/{image_id}/similar", operation_id="list_similar_images")
def list_similar_images(
    project: ProjectById,
    image_id: Number,
    count: Annotated[int, Query(ge=1, le=1000, description="How many at the most.")] = 50,
) -> Similar:
    """The images most like one in the project's embedding, without itself."""
    ids, cosines = project.similar(image_id, count)
    return Similar(image_ids=ids.tolist(), similarities=[round(each, 4) for each in cosines.tolist()])
