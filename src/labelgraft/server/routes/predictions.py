"""Predictions: a model's proposals for all images or some, tried on a few first."""

from __future__ import annotations

from fastapi import Response, status

from labelgraft.server.dependencies import ProjectById
from labelgraft.server.resource import resource
from labelgraft.server.schemas.jobs import JobStarted, job_of
from labelgraft.server.schemas.models import Prediction, TrialAnswer

router = resource("predictions")


@router.post(
    "/projects/{project_id}/predictions", operation_id="predict", status_code=202,
    responses={200: {"model": list[TrialAnswer], "description": "A dry run: from the surest to the least sure."}},
)  # fmt: skip
def predict(project: ProjectById, wanted: Prediction, response: Response) -> JobStarted | list[TrialAnswer]:
    """Propose classes with calibrated confidence; earlier proposals give way, labels are never touched.

    Where shapes are drawn, propose shapes: the model's own earlier open ones give way, and what is drawn already is left
    out; without a choice of images for all that nobody has finished.

    A dry run answers at once, with what the model would say of a few images, and writes nothing; that of shapes is a path
    of its own.
    """
    images = wanted.chosen()
    if not wanted.dry_run and project.info.task.draws_shapes:
        return JobStarted(job=job_of(project.start_find(wanted.model_id, images=images)))
    if not wanted.dry_run:
        return JobStarted(job=job_of(project.start_predict(wanted.model_id, images=images)))
    response.status_code = status.HTTP_200_OK
    tried = project.try_model(wanted.model_id, images=images, count=wanted.count, seed=wanted.seed)
    return [TrialAnswer.model_validate(each) for each in tried]
