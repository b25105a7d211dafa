"""Score a model by what a person answered to its proposals."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from labelgraft.domain.arrays import Bools, Ints
from labelgraft.domain.ids import ProjectId
from labelgraft.domain.lookup import rows_of
from labelgraft.domain.model import Model
from labelgraft.domain.operation import Cause
from labelgraft.domain.scorecard import LiveScore
from labelgraft.learning.intervals import wilson
from labelgraft.services.read_labels import Labels, read_labels
from labelgraft.storage import gestures, rejecting, scores
from labelgraft.storage.workspace import Workspace

if TYPE_CHECKING:
    from sqlalchemy import Connection

ANSWERS = (Cause.HAND, Cause.LASSO, Cause.ACCEPT)
SEVERAL_FROM = 0.5


@dataclass(frozen=True, slots=True)
class Answered:
    """Images answered while a model's proposals were shown: one by one, and together with others; ascending."""

    singly: Ints
    together: Ints


def score_live(workspace: Workspace, project_id: ProjectId, model: Model) -> LiveScore:
    """How often a person's answer was the model's proposal, over the images answered while they showed it.

    A proposal that was rejected, and whose image got no label since, counts as corrected: by itself among those looked at,
    with others apart.
    """
    with workspace.database.reading() as connection:
        answered = answered_under(connection, project_id, model)
        refused = np.array(
            sorted({i for i, _ in rejecting.rejected(connection, project_id, model.id)}), np.int64
        )
    labels = read_labels(workspace, project_id)
    kept = scores.read(Path(model.folder))
    if kept is None:
        return told(model, np.zeros(0, np.bool_), np.zeros(0, np.bool_), 0)
    singly = agreements(answered.singly, labels, kept, model)
    still = np.setdiff1d(refused, labels.image_ids)
    rejected = np.zeros(np.isin(answered.singly, still).sum(), np.bool_)
    together = agreements(answered.together, labels, kept, model)
    rejected_together = int(np.isin(answered.together, still).sum())
    return told(model, np.concatenate([singly, rejected]), together, rejected_together)


def answered_under(c: Connection, project_id: ProjectId, model: Model) -> Answered:
    """Images that a person answered while this model's proposals were the ones they showed."""
    story = gestures.every(c, project_id)
    image_of = gestures.single_images(c, project_id)
    shown = Shown()
    singly, together = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for each in story:
        if each.cause is Cause.MODEL_RUN:
            asked = gestures.asked(c, each.operation_id) if each.of_some else None
            shown = shown.after(asked, by_this=each.model_id == model.id)
        elif shown.anywhere and each.by_person and each.cause in ANSWERS:
            if each.operation_id in image_of:
                singly.append(shown.among(np.array([image_of[each.operation_id]], np.int64)))
            elif each.image_count > 1:
                together.append(shown.among(gestures.images(c, each.operation_id)))
    alone, in_bulk = np.unique(np.concatenate(singly)), np.unique(np.concatenate(together))
    return Answered(alone, in_bulk[~np.isin(in_bulk, alone)])


@dataclass(frozen=True, slots=True)
class Shown:
    """Where a model's proposals are the ones shown: everywhere or nowhere, but for some images; ascending."""

    everywhere: bool = False
    except_on: Ints = field(default_factory=lambda: np.zeros(0, np.int64))

    @property
    def anywhere(self) -> bool:
        """Whether there may be an image that shows them."""
        return self.everywhere or len(self.except_on) > 0

    def after(self, asked: Ints | None, *, by_this: bool) -> Shown:
        """The same once a run, of this model or another, has replaced the proposals of some images, or (None) of all."""
        if asked is None:
            return Shown(by_this)
        join = np.setdiff1d if by_this is self.everywhere else np.union1d
        return Shown(self.everywhere, join(self.except_on, asked))

    def among(self, image_ids: Ints) -> Ints:
        """Those of some images that show them."""
        shown: Ints = image_ids[np.isin(image_ids, self.except_on) != self.everywhere]
        return shown


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


def told(model: Model, singly: Bools, together: Bools, rejected_together: int) -> LiveScore:
    """The score with its sentences."""
    confirmed, looked_at = int(singly.sum()), len(singly)
    share = wilson(confirmed, looked_at) if looked_at else None
    words = f"Nobody has answered a proposal of {model.name} one by one yet."
    if share is not None:
        interval = f"{100 * share.value:.0f} % ({100 * share.low:.0f} to {100 * share.high:.0f} %)"
        words = (
            f"{confirmed:,} of {looked_at:,} proposals that a person looked at one by one were right: {interval}. "
            "Images from the queue are harder than the others, so expect more of the rest."
        )
    if len(together) or rejected_together:
        words += f" Together with others {len(together):,} were accepted and {rejected_together:,} rejected."
    return LiveScore(
        model_id=model.id, looked_at=looked_at, confirmed=confirmed, corrected=looked_at - confirmed, share=share,
        accepted_in_bulk=len(together), corrected_after=int((~together).sum()),
        rejected_in_bulk=rejected_together, words=words,
    )  # fmt: skip
