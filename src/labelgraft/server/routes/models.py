"""Models: list, describe, use, compare, score, delete."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query, Response

from labelgraft.server.dependencies import ProjectById
from labelgraft.server.resource import resource
from labelgraft.server.schemas.base import Id
from labelgraft.server.schemas.models import (
    LiveScore,
    Model,
    ModelChanges,
    ModelDetails,
    ModelDuel,
    details_of,
    model_of,
)

router = resource("models")

ModelId = Annotated[Id, Path(description="The model's number.")]


@router.get("/projects/{project_id}/models", operation_id="list_models")
def list_models(project: ProjectById) -> list[Model]:
    """Every model with its quality, newest first."""
    active = project.info.active_model_id
    return [model_of(model, active) for model in reversed(project.models())]


@router.get("/projects/{project_id}/models/compare", operation_id="compare_models")
def compare_models(
    project: ProjectById,
    a: Annotated[Id, Query(description="The number of the first model.")],
    b: Annotated[Id, Query(description="The number of the second.")],
) -> ModelDuel:
    """Two models on labelled images that neither was taught while it answered: accuracies, difference, where they differ."""
    return ModelDuel.model_validate(project.compare_models(a, b))


@router.get("/projects/{project_id}/models/{model_id}", operation_id="get_model")
def get_model(project: ProjectById, model_id: ModelId) -> ModelDetails:
    """A model with its provenance: run, settings, seed, versions, labels, digest."""
    return details_of(project.model_details(model_id))


@router.patch("/projects/{project_id}/models/{model_id}", operation_id="describe_model")
def describe_model(project: ProjectById, model_id: ModelId, wanted: ModelChanges) -> Model:
    """Rename or describe a model."""
    model = project.describe_model(model_id, name=wanted.name, description=wanted.description)
    return model_of(model, project.info.active_model_id)


@router.delete(
    "/projects/{project_id}/models/{model_id}",
    operation_id="delete_model",
    status_code=204,
    response_class=Response,
)
def delete_model(project: ProjectById, model_id: ModelId) -> None:
    """Delete a model that is not the active one, with its proposals; labels accepted from it stay."""
    project.delete_model(model_id)


@router.post("/projects/{project_id}/models/{model_id}/use", operation_id="use_model")
def use_model(project: ProjectById, model_id: ModelId) -> Model:
    """Make a model the active one: its embedding is mapped and its proposals are taken next."""
    model = project.use_model_by_id(model_id)
    return model_of(model, model.id)


@router.get("/projects/{project_id}/models/{model_id}/score", operation_id="get_model_score")
def get_model_score(project: ProjectById, model_id: ModelId) -> LiveScore:
    """How often a person's answer was the model's proposal, with its interval."""
    return LiveScore.model_validate(project.live_score(model_id))
