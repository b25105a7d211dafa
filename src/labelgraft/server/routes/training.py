"""Before a training: what may be chosen, what is advised, how long it will take."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from labelgraft.domain.training import HeadKind
from labelgraft.server.dependencies import Bench, ProjectById
from labelgraft.server.resource import resource
from labelgraft.server.schemas.training import Advice, Estimate, NewRun, TrainingForm, setting_of

router = resource("training")


@router.get("/projects/{project_id}/training/settings", operation_id="list_training_settings")
def list_training_settings(
    bench: Bench,
    project: ProjectById,
    head: Annotated[
        HeadKind | None, Query(description="Only what has an effect with this way of training.")
    ] = None,
) -> TrainingForm:
    """Every setting of a training with its default, range and plain explanation; the same as `labelgraft train --help`."""
    rows = project.training_settings(head)
    return TrainingForm(settings=[setting_of(row) for row in rows], devices=list(bench.devices()))


@router.post("/projects/{project_id}/training/advice", operation_id="advise_training")
def advise_training(project: ProjectById) -> Advice:
    """Which way of training fits the images and labels, measured on them in some seconds."""
    return Advice.model_validate(project.advise())


@router.post("/projects/{project_id}/training/estimate", operation_id="estimate_training")
def estimate_training(
    project: ProjectById,
    wanted: NewRun,
    probe: Annotated[
        bool,
        Query(description="Time some steps where nothing was measured yet; some seconds, once per backbone."),
    ] = True,
) -> Estimate | None:
    """How long a training with these settings may take; null where nothing was measured and no probe is wanted."""
    found = project.estimate_training(
        wanted.settings(draws_shapes=project.info.task.draws_shapes), probe=probe
    )
    return None if found is None else Estimate.model_validate(found)
