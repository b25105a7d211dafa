"""Score a model by what a person answered to its proposals."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from labelgraft.domain.arrays import Bools, Ints
from labelgraft.domain.ids import ProjectId
from labelgraft.domain.lookup import rows_of
from labelgraft.domain.model import Model
from labelgraft.domain.operation import Cause
from labelgraft.domain.scorecard import LiveScore
from labelgraft.learning.quality import wilson
from labelgraft.services.read_labels import Labels, read_labels
from labelgraft.storage import gestures, scores
from labelgraft.storage.gestures import Gesture
from labelgraft.storage.workspace import Workspace

ANSWERS = (Cause.HAND, Cause.LASSO, Cause.ACCEPT)
SEVERAL_FROM = 0.5


@dataclass(frozen=True, slots=True)
class Answered:
    """Images answered while a model's proposals were shown: one by one, and together with others; ascending."""

    singly: Ints
    together: Ints


def score_live(workspace: Workspace, project_id: ProjectId, model: Model) -> LiveScore:
    """How often a person's answer was the model's proposal, over the images answered since it proposed."""
    answered = answered_under(workspace, project_id, model)
    labels = read_labels(workspace, project_id)
    kept = scores.read(Path(model.folder))
    if kept is None:
        return told(model, np.zeros(0, np.bool_), np.zeros(0, np.bool_))
    singly = agreements(answered.singly, labels, kept, model)
    together = agreements(answered.together, labels, kept, model)
    return told(model, singly, together)


def answered_under(workspace: Workspace, project_id: ProjectId, model: Model) -> Answered:
    """Images that a person answered between proposals of this model and the next ones of another."""
    with workspace.database.reading() as connection:
        story = windows(gestures.every(connection, project_id), model)
        image_of = gestures.single_images(connection, project_id)
        together = [gestures.images(connection, each.operation_id) for each in story if each.image_count > 1]
    singly = {image_of[each.operation_id] for each in story if each.operation_id in image_of}
    in_bulk = np.unique(np.concatenate([np.zeros(0, np.int64), *together]))
    alone = np.array(sorted(singly), np.int64)
    return Answered(alone, in_bulk[~np.isin(in_bulk, alone)])


def windows(story: list[Gesture], model: Model) -> list[Gesture]:
    """A person's answers that were made while this model's proposals were the ones shown."""
    shown, found = None, []
    for each in story:
        if each.cause is Cause.MODEL_RUN:
            shown = each.model_id
        elif shown == model.id and each.by_person and each.cause in ANSWERS:
            found.append(each)
    return found


def agreements(image_ids: Ints, labels: Labels, kept: scores.Scores, model: Model) -> Bools:
    """(K,) whether the label of now is what the model had proposed, of those images that have a label and a proposal."""
    row, there = rows_of(labels.image_ids, image_ids)
    answers = kept.of(image_ids[there])
    scored = ~np.isnan(answers).any(axis=1)
    targets, answers = labels.targets[row][scored], answers[scored]
    position = {name: at for at, name in enumerate(labels.class_names)}
    columns = np.array([position.get(name, -1) for name in model.class_names], np.int64)
    if not labels.multi_label:
        agreed: Bools = columns[answers.argmax(axis=1)] == targets
        return agreed
    said = np.zeros(targets.shape, np.bool_)
    known = columns >= 0
    said[:, columns[known]] = answers[:, known] >= SEVERAL_FROM
    same: Bools = (said == targets).all(axis=1)
    return same


def told(model: Model, singly: Bools, together: Bools) -> LiveScore:
    """The score with its sentence."""
    confirmed, looked_at = int(singly.sum()), len(singly)
    share = wilson(confirmed, looked_at) if looked_at else None
    words = f"Nobody has answered a proposal of {model.name} one by one yet."
    if share is not None:
        words = (
            f"{confirmed:,} of {looked_at:,} proposals that a person looked at one by one were right: {share.value:.0%} "
            f"({share.low:.0%} to {share.high:.0%}). Images from the queue are harder than the others, so expect more of "
            "the rest."
        )
    return LiveScore(
        model_id=model.id, looked_at=looked_at, confirmed=confirmed, corrected=looked_at - confirmed, share=share,
        accepted_in_bulk=len(together), corrected_after=int((~together).sum()), words=words,
    )  # fmt: skip
