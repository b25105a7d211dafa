"""Runs: begin a training, follow it, stop it, go on with it."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query

from labelgraft.server.dependencies import ProjectById
from labelgraft.server.resource import resource
from labelgraft.server.schemas.base import LARGEST_ID, Id
from labelgraft.server.schemas.jobs import JobStarted, job_of
from labelgraft.server.schemas.runs import Run, RunDetails, RunStarted, details_of, run_of
from labelgraft.server.schemas.training import NewRun

router = resource("runs")

RunId = Annotated[Id, Path(description="The run's number.")]


@router.get("/projects/{project_id}/runs", operation_id="list_runs")
def list_runs(project: ProjectById) -> list[Run]:
    """Every training, newest first."""
    return [run_of(run) for run in reversed(project.runs())]


@router.post("/projects/{project_id}/runs", operation_id="start_run", status_code=202)
def start_run(project: ProjectById, wanted: NewRun) -> RunStarted:
    """Begin a training on the labels so far; the model that comes of it becomes the active one."""
    run, status = project.start_run(wanted.settings(draws_shapes=project.info.task.draws_shapes))
    return RunStarted(run=run_of(run), job=job_of(status))


@router.get("/projects/{project_id}/runs/{run_id}", operation_id="get_run")
def get_run(
    project: ProjectById,
    run_id: RunId,
    after: Annotated[
        int,
        Query(ge=0, le=LARGEST_ID, description="Epochs known already: `first` + length of the last answer."),
    ] = 0,
) -> RunDetails:
    """A training with its metrics, also while it runs."""
    return details_of(project.run(run_id, after=after))


@router.post("/projects/{project_id}/runs/{run_id}/stop", operation_id="stop_run")
def stop_run(project: ProjectById, run_id: RunId) -> RunDetails:
    """End a training after its current step; the last finished epoch becomes the model."""
    return details_of(project.stop_run(run_id))


@router.post("/projects/{project_id}/runs/{run_id}/resume", operation_id="resume_run", status_code=202)
def resume_run(project: ProjectById, run_id: RunId) -> JobStarted:
    """Go on with a training that ended before it gave a model, from its last checkpoint."""
    return JobStarted(job=job_of(project.start_resuming_run(run_id)))
