"""Tell, describe and delete models of the list."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from labelgraft.domain.annotation import Author
from labelgraft.domain.finding import ClassUse
from labelgraft.domain.ids import ClassId, ImageId, ModelId, ProjectId
from labelgraft.domain.model import Model, Run
from labelgraft.domain.operation import Cause
from labelgraft.domain.proposal import ProposalColumns, ProposalState
from labelgraft.domain.scorecard import DetectorFacts, ModelDetails, ShapeClassQuality, ShapeQuality
from labelgraft.errors import BadInput, Conflict
from labelgraft.storage import (
    classes,
    model_files,
    models,
    operations,
    projects,
    proposals,
    proposed_shapes,
    runs,
)
from labelgraft.storage.workspace import Workspace

if TYPE_CHECKING:
    from sqlalchemy import Connection

LONGEST_NAME = 200
NO_PROPOSALS = ProposalColumns(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.float32))


def tell_model(workspace: Workspace, project_id: ProjectId, model_id: ModelId) -> ModelDetails:
    """A model with its provenance. Raises UnknownName, WorkspaceDamaged."""
    with workspace.database.reading() as connection:
        model = models.get(connection, project_id, model_id)
        active = projects.get(connection, project_id).active_model_id == model_id
        drawn = projects.get(connection, project_id).task.draws_shapes
        proposed = len(
            images_with_shapes(connection, project_id, model_id)
            if drawn
            else proposals.images_of_model(connection, project_id, model_id)
        )
        names = {each.id: each.name for each in classes.of_project(connection, project_id)}
        listed = {run.id: run for run in runs.list_all(connection, project_id)}
    folder = Path(model.folder)
    _, card = model_files.read(folder)
    run = None if model.run_id is None else listed.get(model.run_id)
    weights = folder / file_of(card)
    return ModelDetails(
        model=model,
        active=active,
        run=run,
        settings=card["settings"],
        labels=card["labels"],
        versions=card["versions"],
        rungs=tuple(card.get("rungs", ())),
        embedding={name: str(value) for name, value in card["embedding"].items()},
        detector=detector_facts(card, names) if "finds" in card else None,
        shape_quality=shape_quality_of(card.get("held_out") if "finds" in card else None),
        temperature=float(card["head"]["temperature"]),
        digest=hashlib.sha256(weights.read_bytes()).hexdigest(),
        seconds=seconds_of(run),
        proposed_images=proposed,
        bytes=sum(file.stat().st_size for file in {weights, *folder.rglob("*")} if file.is_file()),
    )


def file_of(card: dict[str, Any]) -> str:
    """Where the weights of a model lie, seen from its folder."""
    return str(card.get("finder", {}).get("file") or card.get("network", model_files.TENSORS))


def detector_facts(card: dict[str, Any], names: dict[ClassId, str]) -> DetectorFacts:
    """What is proposed of the classes of a model that finds shapes; those deleted since are left out."""
    source = card.get("source", {})
    return DetectorFacts(
        file=source.get("name", ""), licence=source.get("licence", ""), sentence=source.get("sentence", ""),
        assumed=tuple(source.get("assumed", ())), description=card["finder"].get("description", {}),
        uses=tuple(
            ClassUse(one["index"], one["theirs"], one["class_id"], names[one["class_id"]], one["threshold"])
            for one in card["finds"] if one["class_id"] in names
        ),
    )  # fmt: skip


def shape_quality_of(told: dict[str, Any] | None) -> ShapeQuality | None:
    """What a training wrote of its held-out images; figures of single classes are called "ap50 cat"."""
    if told is None:
        return None
    named = {row["class_name"] for row in told["per_class"]}
    key = told["name"].lower()
    per_class = tuple(
        ShapeClassQuality(
            row["class_name"], told["figures"].get(f"{key} {row['class_name']}"), row["recall"], row["precision"],
            row["support"],
        )
        for row in told["per_class"]
    )  # fmt: skip
    common = {
        name: value
        for name, value in told["figures"].items()
        if not any(name.endswith(f" {each}") for each in named)
    }
    return ShapeQuality(told["name"], common, told["count"], per_class)


def seconds_of(run: Run | None) -> float | None:
    """How long a run took, None where it is not known."""
    if run is None or run.finished_at is None:
        return None
    return (run.finished_at - run.started_at).total_seconds()


def describe_model(
    workspace: Workspace, project_id: ProjectId, model_id: ModelId, name: str | None, description: str | None
) -> Model:
    """Call a model by another name, describe it; None leaves it as it is. Raises UnknownName, AlreadyExists, BadInput."""
    if name is not None and not 0 < len(name.strip()) <= LONGEST_NAME:
        raise BadInput(f"A model needs a name of 1 to {LONGEST_NAME} characters. Nothing was changed.")
    with workspace.database.writing() as connection:
        old = models.get(connection, project_id, model_id)
        return models.describe(
            connection, project_id, model_id,
            old.name if name is None else name.strip(), old.description if description is None else description,
        )  # fmt: skip


def delete_model(workspace: Workspace, project_id: ProjectId, model_id: ModelId, *, author: Author) -> None:
    """Take a model off the list and delete its files; labels accepted from it stay, its proposals go with it.

    Raises UnknownName, Conflict.
    """
    with workspace.database.writing() as connection:
        model = models.get(connection, project_id, model_id)
        if projects.get(connection, project_id).active_model_id == model_id:
            raise Conflict(
                f"{model.name} is the active model: its proposals are shown. Nothing was deleted. Use another one first."
            )
        if projects.get(connection, project_id).task.draws_shapes:
            withdraw_shapes(connection, project_id, model, author)
        else:
            withdraw_classes(connection, project_id, model, author)
        models.delete(connection, project_id, model_id)
    # After the row: a kill in between leaves files that nothing names, never a model without its files.
    shutil.rmtree(model.folder, ignore_errors=True)


def withdraw_classes(c: Connection, project_id: ProjectId, model: Model, author: Author) -> None:
    """Take back what a model proposes for whole images."""
    left = proposals.images_of_model(c, project_id, model.id)
    if len(left):
        proposals.replace(
            c, project_id, model.id, NO_PROPOSALS, only=left, author=author, summary=deleted(model, len(left))
        )


def withdraw_shapes(c: Connection, project_id: ProjectId, model: Model, author: Author) -> None:
    """Take back every shape that a model proposes and nobody has answered."""
    left = images_with_shapes(c, project_id, model.id)
    if left:
        proposed_shapes.put(c, project_id, model.id, left, [])
        operations.record(
            c, project_id, author=author, cause=Cause.MODEL_RUN, summary=deleted(model, len(left)),
            detail={"model": model.id, "asked": len(left)},
        )  # fmt: skip


def images_with_shapes(c: Connection, project_id: ProjectId, model_id: ModelId) -> list[ImageId]:
    """The images for which a model's shapes are open."""
    listed = proposed_shapes.of_model(c, project_id, model_id)
    return sorted({one.image_id for one in listed if one.state is ProposalState.OPEN})


def deleted(model: Model, image_count: int) -> str:
    """What the history says of a model that goes."""
    return f"Deleted model {model.name} and its proposals for {image_count:,} images"
