"""Read a run while it goes on: its metrics, its progress, and in words how it came to its end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from labelgraft.domain.ids import ModelId, ProjectId, RunId
from labelgraft.domain.live_run import LiveRun, RungReport
from labelgraft.domain.model import Run, RunState
from labelgraft.domain.training import EpochMetrics, TrainingProgress
from labelgraft.errors import Conflict, UnknownName
from labelgraft.learning.finetuning.names import METRICS, NOTES, PROGRESS, RESULT, STOP
from labelgraft.storage import models, runs
from labelgraft.storage.workspace import Workspace

RESUMABLE = (RunState.INTERRUPTED, RunState.STOPPED, RunState.FAILED)


def get_run(workspace: Workspace, project_id: ProjectId, run_id: RunId) -> Run:
    """A run of the project. Raises UnknownName."""
    with workspace.database.reading() as connection:
        known = {run.id: run for run in runs.list_all(connection, project_id)}
    if run_id not in known:
        raise UnknownName("run", f"#{run_id}", (f"#{number}" for number in known))
    return known[run_id]


def model_of(workspace: Workspace, project_id: ProjectId, run_id: RunId) -> ModelId | None:
    """The model that came of a run, None where none did or it was deleted."""
    with workspace.database.reading() as connection:
        found = [m.id for m in models.list_all(connection, project_id) if m.run_id == run_id]
    return found[-1] if found else None


def follow_run(
    workspace: Workspace, project_id: ProjectId, run: Run, *, after: int = 0, job: int | None = None
) -> LiveRun:
    """A run with the epochs after the first `after`; all of them where it has fewer."""
    folder = Path(run.folder)
    lines = whole_lines(folder / METRICS)
    first = after if after <= len(lines) else 0
    progress = read_json(folder / PROGRESS)
    result = read_json(folder / RESULT) or {}
    return LiveRun(
        run=run,
        job=job,
        progress=None if progress is None else TrainingProgress(**progress),
        first=first,
        metrics=tuple(EpochMetrics.from_mapping(line) for line in lines[first:]),
        metric_count=len(lines),
        notes=tuple(str(line["note"]) for line in whole_lines(folder / NOTES)),
        rungs=tuple(
            RungReport(each["name"], each["kept"], each["reason"]) for each in result.get("rungs", ())
        ),
        model_id=model_of(workspace, project_id, run.id),
    )


def whole_lines(file: Path) -> list[dict[str, Any]]:
    """The JSON lines of a file that is still being written; a last line without its end is left for later."""
    if not file.exists():
        return []
    whole, _, _ = file.read_bytes().rpartition(b"\n")
    return [json.loads(line) for line in whole.splitlines()]


def read_json(file: Path) -> dict[str, Any] | None:
    """A JSON file that only ever appears whole; None where it is not there."""
    try:
        values: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return values


def ask_to_stop(run: Run) -> None:
    """The training ends after its current step or epoch; what it has learnt by then is the model. Raises Conflict."""
    if run.state is not RunState.RUNNING:
        raise Conflict(f"Run {run.id}, {run.name}, is {run.state.value}: there is nothing to stop.")
    (Path(run.folder) / STOP).touch()


def check_resumable(workspace: Workspace, project_id: ProjectId, run: Run) -> None:
    """Raises Conflict unless the run ended before it gave a model."""
    if run.state not in RESUMABLE:
        raise Conflict(f"Run {run.id}, {run.name}, is {run.state.value}: there is nothing to go on with.")
    if model_of(workspace, project_id, run.id) is not None:
        raise Conflict(
            f"Run {run.id}, {run.name}, was stopped and its last epoch is a model already. Train again to go further."
        )


def say_over(workspace: Workspace, run: Run, *, cancelled: bool) -> Run:
    """A run whose job ended without a word of it: stopped before its first step, or its process was killed."""
    state = RunState.STOPPED if cancelled else RunState.INTERRUPTED
    reason = "Stopped before anything was trained." if cancelled else "Its process ended before it did."
    with workspace.database.writing() as connection:
        return runs.change_state(connection, run.id, state, reason=reason)
