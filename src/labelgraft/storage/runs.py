"""Runs in the database: trainings that wait, go on, and how they ended."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row, select, update

from labelgraft.domain.ids import ProjectId, RunId
from labelgraft.domain.model import Run, RunState
from labelgraft.errors import UnknownNumber
from labelgraft.storage import counters
from labelgraft.storage.moments import from_us, now_us
from labelgraft.storage.tables import run

ENDED = (RunState.STOPPED, RunState.FINISHED, RunState.FAILED, RunState.INTERRUPTED)
"""States after which a run does not change by itself."""


def insert(
    c: Connection,
    project_id: ProjectId,
    *,
    name: str,
    description: str = "",
    settings: Mapping[str, Any],
    folder: str,
    state: RunState = RunState.WAITING,
) -> Run:
    """Add a run; `folder` will hold its metrics and checkpoints."""
    run_id = counters.take(c, "run")
    c.execute(
        run.insert().values(
            id=run_id,
            project_id=project_id,
            name=name,
            description=description,
            settings=json.dumps(dict(settings)),
            state=state.value,
            reason="",
            folder=folder,
            started_us=now_us(),
        )
    )
    return get(c, RunId(run_id))


def change_state(c: Connection, run_id: RunId, state: RunState, *, reason: str = "") -> Run:
    """Say where a run stands; the end is dated when it first ends."""
    old = get(c, run_id)
    ends = state in ENDED and old.finished_at is None
    values: dict[str, str | int | None] = {"state": state.value, "reason": reason}
    if ends or state not in ENDED:
        values["finished_us"] = now_us() if ends else None
    c.execute(update(run).where(run.c.id == run_id).values(values))
    return get(c, run_id)


def set_folder(c: Connection, run_id: RunId, folder: str) -> None:
    """Say where a run keeps its files."""
    c.execute(update(run).where(run.c.id == run_id).values(folder=folder))


def get(c: Connection, run_id: RunId) -> Run:
    """The run with that number. Raises: UnknownNumber if there is none."""
    row = c.execute(select(run).where(run.c.id == run_id)).first()
    if row is None:
        raise UnknownNumber(f"There is no run {run_id}.")
    return _run(row)


def project_of(c: Connection, run_id: RunId) -> ProjectId:
    """The project that a run belongs to. Raises: UnknownNumber if there is no such run."""
    found = c.execute(select(run.c.project_id).where(run.c.id == run_id)).scalar()
    if found is None:
        raise UnknownNumber(f"There is no run {run_id}.")
    return ProjectId(found)


def list_all(c: Connection, project_id: ProjectId) -> tuple[Run, ...]:
    """The runs of a project, oldest first."""
    rows = c.execute(select(run).where(run.c.project_id == project_id).order_by(run.c.id))
    return tuple(_run(row) for row in rows)


def in_state(c: Connection, state: RunState) -> tuple[Run, ...]:
    """The runs of all projects in that state, oldest first; those running at start were interrupted."""
    rows = c.execute(select(run).where(run.c.state == state.value).order_by(run.c.id))
    return tuple(_run(row) for row in rows)


def _run(row: Row[Any]) -> Run:
    return Run(
        id=RunId(row.id),
        name=row.name,
        description=row.description,
        settings=json.loads(row.settings),
        state=RunState(row.state),
        reason=row.reason,
        folder=row.folder,
        started_at=from_us(row.started_us),
        finished_at=None if row.finished_us is None else from_us(row.finished_us),
    )
