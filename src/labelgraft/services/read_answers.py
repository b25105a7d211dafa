"""What is said of each image at this moment: its label, or else what the active model proposes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from labelgraft.domain.ids import ImageId, ProjectId
from labelgraft.domain.image import STATE_CODES, ImageState
from labelgraft.domain.proposal import Proposal
from labelgraft.services.read_labels import read_labels
from labelgraft.storage import classes, images, projects, proposals
from labelgraft.storage.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Doubtful:
    """An unlabelled image with its proposal; confidence is calibrated, 0 to 1."""

    image_id: ImageId
    class_name: str
    confidence: float


def read_answers(workspace: Workspace, project_id: ProjectId) -> dict[ImageId, str]:
    """The class of every image that has a label or a proposal: the label, else the surest proposal."""
    labels = read_labels(workspace, project_id)
    names = dict(zip(labels.class_ids, labels.class_names, strict=True))
    with workspace.database.reading() as connection:
        proposed = proposals.columns(connection, project_id).rows()
    ranked = sorted(proposed, key=lambda row: row[2])
    answers = {image_id: names[class_id] for image_id, class_id, _ in ranked if class_id in names}
    given = labels.aligned(labels.image_ids)
    answers |= {
        ImageId(image_id): labels.class_names[position]
        for image_id, position in zip(labels.image_ids.tolist(), given.tolist(), strict=True)
    }
    return answers


def doubtful(workspace: Workspace, project_id: ProjectId, count: int) -> list[Doubtful]:
    """Unlabelled images whose surest proposal is the least sure, in that order, at most `count`."""
    with workspace.database.reading() as connection:
        names = {each.id: each.name for each in classes.of_project(connection, project_id)}
        columns = images.columns(connection, project_id)
        rows = proposals.columns(connection, project_id).rows()
        model_id = projects.get(connection, project_id).active_model_id
    waiting = columns.image_ids[columns.states == STATE_CODES.index(ImageState.PROPOSED)]
    free = set(waiting.tolist())
    surest: dict[ImageId, Proposal] = {}
    for image_id, class_id, confidence in rows:
        known = surest.get(image_id)
        if model_id is not None and image_id in free and (known is None or known.confidence < confidence):
            surest[image_id] = Proposal(image_id, model_id, class_id, confidence)
    order = np.argsort([each.confidence for each in surest.values()], kind="stable")[:count]
    listed = list(surest.values())
    return [Doubtful(listed[i].image_id, names[listed[i].class_id], listed[i].confidence) for i in order]
