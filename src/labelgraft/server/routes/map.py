"""The map: its rounds, their points, islands and bridges, and what moved."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path, Query, Response

from labelgraft.domain.arrays import AnyArray
from labelgraft.server import columns
from labelgraft.server.dependencies import ProjectById
from labelgraft.server.resource import resource
from labelgraft.server.schemas.base import BackboneName, Id
from labelgraft.server.schemas.jobs import JobStarted, job_of
from labelgraft.server.schemas.maps import Bridge, IslandReport, MapRound, Moves, NewRound, island_of

router = resource("map")

Number = Annotated[Id, Path(description="The round's number within the project.")]
COLUMNS: dict[int | str, dict[str, Any]] = {
    200: {"content": {columns.MEDIA_TYPE: {}}, "description": "Columns of numbers."}
}


@router.get("/projects/{project_id}/map/rounds", operation_id="list_map_rounds")
def list_map_rounds(project: ProjectById) -> list[MapRound]:
    """Every round, oldest first."""
    return [MapRound.model_validate(each) for each in project.map_rounds()]


@router.post("/projects/{project_id}/map/rounds", operation_id="make_map_round", status_code=202)
def make_map_round(project: ProjectById, wanted: NewRound) -> JobStarted:
    """Lay the images out anew, keeping their places where they can be kept."""
    status = project.start_map(rearrange=wanted.rearrange, backbone=wanted.backbone, seed=wanted.seed)
    return JobStarted(job=job_of(status))


@router.get("/projects/{project_id}/map/rounds/{number}", operation_id="get_map_round")
def get_map_round(project: ProjectById, number: Number) -> MapRound:
    """One round."""
    return MapRound.model_validate(project.map_round(number))


@router.get(
    "/projects/{project_id}/map/rounds/{number}/columns", operation_id="get_map_columns",
    response_class=Response, responses=COLUMNS,
)  # fmt: skip
def get_map_columns(project: ProjectById, number: Number) -> Response:
    """The points of a round: image_ids (uint32), xy (float32, N x 2, in map radii), islands (int32, -1 for none)."""
    points = project.map_columns(number)
    islands: AnyArray = points.islands.astype("int32")
    found: dict[str, AnyArray] = {"image_ids": points.image_ids, "xy": points.xy, "islands": islands}
    return columns.answer(found, {"round": number})


@router.get("/projects/{project_id}/map/rounds/{number}/islands", operation_id="list_islands")
def list_islands(
    project: ProjectById,
    number: Number,
    unlike: Annotated[
        bool, Query(description="Also say what looks unlike; a second or so, once per round.")
    ] = True,
) -> list[IslandReport]:
    """The islands of a round with their odd ones, by the labels and proposals of now."""
    return [island_of(each) for each in project.describe_islands(number, unlike=unlike)]


@router.get("/projects/{project_id}/map/rounds/{number}/bridges", operation_id="list_bridges")
def list_bridges(project: ProjectById, number: Number) -> list[Bridge]:
    """Groups of images whose 15 nearest neighbours are split between two islands, the largest group first."""
    return [Bridge.model_validate(each) for each in project.bridges(number)]


@router.get("/projects/{project_id}/map/rounds/{number}/moves", operation_id="get_map_moves")
def get_map_moves(
    project: ProjectById,
    number: Number,
    since: Annotated[Id, Query(description="The number of the round to compare with.")],
    count: Annotated[int, Query(ge=1, le=10_000, description="How many images to name.")] = 100,
) -> Moves:
    """What moved since another round, the farthest first."""
    return Moves.model_validate(project.moves(since, number, count=count))


@router.get(
    "/projects/{project_id}/map/preview",
    operation_id="preview_map",
    response_class=Response,
    responses=COLUMNS,
)
def preview_map(
    project: ProjectById,
    backbone: Annotated[
        BackboneName | None,
        Query(description="An embedded backbone, color-histogram too; by default the project's."),
    ] = None,
) -> Response:
    """The two main directions of an embedding, at once and without islands: image_ids (uint32), xy (float32, N x 2)."""
    points = project.map_preview(backbone)
    return columns.answer({"image_ids": points.image_ids, "xy": points.xy}, {"backbone": backbone})
