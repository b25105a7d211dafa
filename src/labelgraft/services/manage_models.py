"""Tell, describe and delete models of the list."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import numpy as np

from labelgraft.domain.annotation import Author
from labelgraft.domain.ids import ModelId, ProjectId
from labelgraft.domain.model import Model, Run
from labelgraft.domain.proposal import ProposalColumns
from labelgraft.domain.scorecard import ModelDetails
from labelgraft.errors import BadInput, Conflict
from labelgraft.storage import model_files, models, projects, proposals, runs
from labelgraft.storage.workspace import Workspace

LONGEST_NAME = 200
NO_PROPOSALS = ProposalColumns(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.float32))


def tell_model(workspace: Workspace, project_id: ProjectId, model_id: ModelId) -> ModelDetails:
    """A model with its provenance. Raises UnknownName, WorkspaceDamaged."""
    with workspace.database.reading() as connection:
        model = models.get(connection, project_id, model_id)
        active = projects.get(connection, project_id).active_model_id == model_id
        proposed = len(proposals.images_of_model(connection, project_id, model_id))
        listed = {run.id: run for run in runs.list_all(connection, project_id)}
    folder = Path(model.folder)
    _, card = model_files.read(folder)
    run = None if model.run_id is None else listed.get(model.run_id)
    weights = folder / card.get("network", model_files.TENSORS)
    return ModelDetails(
        model=model,
        active=active,
        run=run,
        settings=card["settings"],
        labels=card["labels"],
        versions=card["versions"],
        rungs=tuple(card.get("rungs", ())),
        embedding={name: str(value) for name, value in card["embedding"].items()},
        temperature=float(card["head"]["temperature"]),
        digest=hashlib.sha256(weights.read_bytes()).hexdigest(),
        seconds=seconds_of(run),
        proposed_images=proposed,
        bytes=sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()),
    )


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
        left = proposals.images_of_model(connection, project_id, model_id)
        if len(left):
            proposals.replace(
                connection, project_id, model_id, NO_PROPOSALS, only=left, author=author,
                summary=f"Deleted model {model.name} and its proposals for {len(left):,} images",
            )  # fmt: skip
        models.delete(connection, project_id, model_id)
    # After the row: a kill in between leaves files that nothing names, never a model without its files.
    shutil.rmtree(model.folder, ignore_errors=True)
