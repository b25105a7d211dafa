"""Lay the images of a project out on a map: a new round that keeps the places of the last one."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from labelgraft.domain.arrays import Floats, Ints
from labelgraft.domain.ids import ModelId, ProjectId
from labelgraft.domain.lookup import rows_of
from labelgraft.domain.map import Island, MapColumns, MapRound
from labelgraft.learning.islands import describe_islands
from labelgraft.learning.purity import map_purity
from labelgraft.learning.resident import Resident
from labelgraft.services.embedding_spaces import Vectors, read_vectors
from labelgraft.services.map_head import own_embedding
from labelgraft.services.read_labels import read_labels
from labelgraft.storage import maps, models, projects
from labelgraft.storage.workspace import Workspace

if TYPE_CHECKING:
    from labelgraft.learning.projection import Layout

Progress = Callable[[float, str], None]


@dataclass(frozen=True, slots=True)
class MapRequest:
    """What to lay out: a backbone's embedding, or None for the active model's. rearrange: from nothing."""

    backbone: str | None = None
    rearrange: bool = False
    seed: int = 0


def lay_out_map(
    workspace: Workspace,
    project_id: ProjectId,
    request: MapRequest,
    resident: Resident,
    progress: Progress | None = None,
) -> MapRound:
    """Lay out, find the islands, and keep the round. Raises BadInput without an embedding, JobFailed."""
    began = time.perf_counter()
    vectors, embedding, model_id = embedding_to_map(workspace, project_id, request.backbone, resident)
    last = last_columns(workspace, project_id)
    places = None if request.rearrange or last is None else places_of(last, vectors.image_ids)
    layout = laid_out(resident, vectors.rows, places, request.seed, progress)
    islands: Ints = resident.call("labelgraft.learning.islands.find_islands", layout.xy, seed=request.seed)
    if last is not None:
        before = aligned(last.islands, last.image_ids, vectors.image_ids)
        islands = resident.call("labelgraft.learning.islands.keep_numbers", islands, before)
    classes = read_labels(workspace, project_id).aligned(vectors.image_ids)
    purity = map_purity(layout.xy, classes)
    with workspace.database.writing() as connection:
        return maps.insert_round(
            connection, workspace.maps_folder, project_id, MapColumns(vectors.image_ids, layout.xy, islands),
            embedding=embedding, model_id=model_id, method=layout.method,
            median_move=None if request.rearrange else layout.median_move, purity=purity,
            seconds=time.perf_counter() - began,
        )  # fmt: skip


def embedding_to_map(
    workspace: Workspace, project_id: ProjectId, backbone: str | None, resident: Resident
) -> tuple[Vectors, str, ModelId | None]:
    """The vectors to lay out, what they are in words, and the model they are of."""
    with workspace.database.reading() as connection:
        project = projects.get(connection, project_id)
        active = project.active_model_id
        # Where shapes are drawn models have no embedding of whole images.
        drawn = project.task.draws_shapes
        model = None if backbone or active is None or drawn else models.get(connection, project_id, active)
    if model is None:
        name = backbone or project.backbone
        return read_vectors(workspace, project_id, name), name, None
    return own_embedding(workspace, project_id, model, resident), f"model {model.name}", model.id


def laid_out(
    resident: Resident, rows: Floats, places: Floats | None, seed: int, progress: Progress | None
) -> Layout:
    """The layout, from the last places where there are any."""
    if places is None:
        first: Layout = resident.call(
            "labelgraft.learning.projection.first_round", rows, seed=seed, progress=progress
        )
        return first
    again: Layout = resident.call(
        "labelgraft.learning.projection.next_round", rows, places, seed=seed, progress=progress
    )
    return again


def last_columns(workspace: Workspace, project_id: ProjectId) -> MapColumns | None:
    """The points of the last round; None before any."""
    with workspace.database.reading() as connection:
        rounds = maps.list_all(connection, project_id)
        return maps.columns(connection, workspace.maps_folder, rounds[-1].id) if rounds else None


def places_of(last: MapColumns, image_ids: Ints) -> Floats:
    """(N, 2) the places that images have on a round; NaN for images that are not on it."""
    places: Floats = np.full((len(image_ids), 2), np.nan, np.float32)
    row, there = rows_of(last.image_ids, image_ids)
    places[there] = last.xy[row]
    return places


def aligned(islands: Ints, image_ids: Ints, wanted: Ints) -> Ints:
    """The islands of wanted images, -1 for those without."""
    row, there = rows_of(image_ids, wanted)
    found = np.full(len(wanted), -1, np.int64)
    found[there] = islands[row]
    return found


def islands_of(workspace: Workspace, project_id: ProjectId, shown: MapRound) -> tuple[Island, ...]:
    """The islands of a round with count, place, and name and purity by the labels of now."""
    with workspace.database.reading() as connection:
        columns = maps.columns(connection, workspace.maps_folder, shown.id)
    labels = read_labels(workspace, project_id)
    return describe_islands(
        columns.xy, columns.islands, labels.aligned(columns.image_ids), labels.class_names
    )
