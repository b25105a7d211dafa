"""Rounds of maps: facts in the database, coordinates as one file per round beside it."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Connection, Row, func, select

from labelgraft.domain.ids import MapRoundId, ModelId, ProjectId
from labelgraft.domain.map import MapColumns, MapRound
from labelgraft.errors import UnknownNumber, WorkspaceDamaged
from labelgraft.storage import counters
from labelgraft.storage.files import write_atomically
from labelgraft.storage.moments import from_us, now_us
from labelgraft.storage.tables import map_round

_POINT = np.dtype([("image_id", "<i8"), ("x", "<f4"), ("y", "<f4"), ("island", "<i8")])


def insert_round(
    c: Connection,
    folder: Path,
    project_id: ProjectId,
    columns: MapColumns,
    *,
    embedding: str,
    model_id: ModelId | None,
    method: str,
    median_move: float | None,
    purity: float | None,
    seconds: float,
) -> MapRound:
    """Add the next round of a project's map; `folder` is the workspace's folder of maps.

    The coordinates are on the disk before the row is written; a file whose row never came is swept later.
    """
    points = np.empty(len(columns.image_ids), _POINT)
    points["image_id"], points["island"] = columns.image_ids, columns.islands
    points["x"], points["y"] = columns.xy[:, 0], columns.xy[:, 1]
    name = f"{uuid.uuid4().hex}.npy"
    write_atomically(folder / name, lambda file: np.save(file, points))
    round_id = counters.take(c, "map_round")
    last = select(func.max(map_round.c.number)).where(map_round.c.project_id == project_id)
    c.execute(
        map_round.insert().values(
            id=round_id,
            project_id=project_id,
            number=(c.execute(last).scalar() or 0) + 1,
            embedding=embedding,
            model_id=model_id,
            method=method,
            image_count=len(points),
            median_move=median_move,
            purity=purity,
            seconds=seconds,
            file=name,
            created_us=now_us(),
        )
    )
    return get(c, MapRoundId(round_id))


def get(c: Connection, round_id: MapRoundId) -> MapRound:
    """The round with that number among all rounds. Raises: UnknownNumber if there is none."""
    return _round(_row(c, round_id))


def list_all(c: Connection, project_id: ProjectId) -> tuple[MapRound, ...]:
    """The rounds of a project's map, oldest first."""
    statement = select(map_round).where(map_round.c.project_id == project_id)
    return tuple(_round(row) for row in c.execute(statement.order_by(map_round.c.number)))


def columns(c: Connection, folder: Path, round_id: MapRoundId) -> MapColumns:
    """The points of a round. Raises: WorkspaceDamaged if its file is gone."""
    path = folder / _row(c, round_id).file
    try:
        points = np.load(path, allow_pickle=False)
    except (OSError, ValueError) as error:
        raise WorkspaceDamaged(
            f"{path}: the coordinates of this map round cannot be read ({error}). Labels are not affected. "
            "Lay the map out again."
        ) from error
    return MapColumns(
        image_ids=points["image_id"].astype(np.int64),
        xy=np.stack([points["x"], points["y"]], axis=1).astype(np.float32),
        islands=points["island"].astype(np.int64),
    )


def sweep(c: Connection, folder: Path) -> int:
    """Delete files of rounds whose transaction never ended; gives how many."""
    known = {name for (name,) in c.execute(select(map_round.c.file))}
    stray = [path for path in folder.glob("*.npy") if path.name not in known]
    for path in stray:
        path.unlink()
    return len(stray)


def _row(c: Connection, round_id: MapRoundId) -> Row[Any]:
    row = c.execute(select(map_round).where(map_round.c.id == round_id)).first()
    if row is None:
        raise UnknownNumber(f"There is no map round {round_id}. Lay the map out first.")
    return row


def _round(row: Row[Any]) -> MapRound:
    return MapRound(
        id=MapRoundId(row.id),
        number=row.number,
        embedding=row.embedding,
        model_id=None if row.model_id is None else ModelId(row.model_id),
        method=row.method,
        image_count=row.image_count,
        median_move=row.median_move,
        purity=row.purity,
        seconds=row.seconds,
        created_at=from_us(row.created_us),
    )
