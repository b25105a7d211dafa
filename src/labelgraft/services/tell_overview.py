"""Where a project stands and what to do next: the parts of the overview that are read, not computed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from labelgraft.domain.arrays import Floats, Ints
from labelgraft.domain.ids import ClassId, ProjectId
from labelgraft.domain.image import STATE_CODES, ImageState
from labelgraft.domain.lookup import rows_of
from labelgraft.domain.model import Model
from labelgraft.domain.next_step import ENOUGH_TO_TRAIN, Learnt, NextStep, next_step
from labelgraft.domain.operation import Cause
from labelgraft.domain.overview import (
    ActionKind,
    ClassProgress,
    LearningCurve,
    ModelPoint,
    NextAction,
    Overview,
    Pace,
    RoundPoint,
)
from labelgraft.domain.pace import TimedGesture, pace_of
from labelgraft.domain.project import LabelClass, Project
from labelgraft.learning.resident import Resident
from labelgraft.services.embedding_spaces import read_vectors
from labelgraft.services.read_labels import read_labels
from labelgraft.storage import (
    classes,
    gestures,
    label_origins,
    maps,
    marks,
    models,
    projects,
    proposals,
    proposed_shapes,
)
from labelgraft.storage.gestures import Gesture
from labelgraft.storage.workspace import Workspace

if TYPE_CHECKING:
    from sqlalchemy import Connection

SURE_FROM = 0.95
LABEL_AT_ONCE = 20
DRAW_AT_ONCE = 10
REVIEW_AT_ONCE = 40
ANSWERS = (Cause.HAND, Cause.LASSO, Cause.ACCEPT)
CHOICES = (Cause.HAND, Cause.LASSO)
"""Gestures by which a person chooses a class; an accepted proposal teaches a model little."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Images with only a proposal: (K,) the class and confidence of the surest proposal of each."""

    class_ids: Ints
    confidences: Floats


def tell_overview(workspace: Workspace, project_id: ProjectId) -> Overview:
    """The overview of this moment without its learning curve. Reads tables only, no embedding and no model."""
    with workspace.database.reading() as connection:
        project = projects.get(connection, project_id)
        marked = marks.every(connection, project_id)
        proposed = proposals.columns(connection, project_id)
        known = classes.of_project(connection, project_id)
        origins = label_origins.of_classes(connection, project_id)
        listed = models.list_all(connection, project_id)
        rounds = maps.list_all(connection, project_id)
        story = gestures.every(connection, project_id)
        learnt = learnt_of(connection, project, listed, story)
    counts = np.bincount(marked.states.astype(np.int64), minlength=len(STATE_CODES))
    per_state = {state: int(counts[STATE_CODES.index(state)]) for state in ImageState}
    free = marked.image_ids[marked.states == STATE_CODES.index(ImageState.PROPOSED)]
    waiting = surest(free, proposed.image_ids, proposed.class_ids, proposed.confidences)
    sure = int((waiting.confidences >= SURE_FROM).sum())
    return Overview(
        operation_id=story[-1].operation_id if story else 0,
        next=next_action(project, per_state, known, len(rounds), learnt, sure),
        per_state=per_state,
        per_class=progress_of(known, origins, waiting),
        sure=sure,
        sure_from=SURE_FROM,
        doubtful=len(waiting.confidences) - sure,
        models=tuple(point_of(model, project) for model in listed),
        rounds=tuple(
            RoundPoint(each.number, each.embedding, each.purity, each.created_at) for each in rounds
        ),
        pace=pace_from(story, per_state),
        curve=None,
        computing=False,
        curve_reason="",
    )


def with_curve(overview: Overview, curve: LearningCurve | None, *, computing: bool, reason: str) -> Overview:
    """The overview with its learning curve."""
    return replace(overview, curve=curve, computing=computing, curve_reason=reason)


def learning_curve(workspace: Workspace, project_id: ProjectId, resident: Resident) -> LearningCurve:
    """Accuracy against the number of labels, on the embedding of the project's backbone.

    Raises NotEnoughLabels, BadInput where nothing is embedded, JobFailed.
    """
    with workspace.database.reading() as connection:
        backbone = projects.get(connection, project_id).backbone
    labels = read_labels(workspace, project_id)
    vectors = read_vectors(workspace, project_id, backbone)
    labels = labels.of(vectors.image_ids)
    curve: LearningCurve = resident.call(
        "labelgraft.learning.learning_curve.measure_curve", vectors.of(labels.image_ids), labels.targets
    )
    return curve


def surest(free: Ints, image_ids: Ints, class_ids: Ints, confidences: Floats) -> Waiting:
    """The surest proposal of each image that has nothing else."""
    order = np.lexsort((confidences, image_ids))
    last = np.ones(len(order), np.bool_)
    last[:-1] = image_ids[order][1:] != image_ids[order][:-1]
    kept = order[last]
    row, _ = rows_of(image_ids[kept], free)
    return Waiting(class_ids[kept][row], confidences[kept][row])


def progress_of(
    known: tuple[LabelClass, ...], origins: Mapping[ClassId, label_origins.Origins], waiting: Waiting
) -> tuple[ClassProgress, ...]:
    """How far each class is, in the order of the project."""
    none = label_origins.Origins(0, 0, 0)
    found = []
    for each in known:
        own = origins.get(each.id, none)
        proposed = int((waiting.class_ids == each.id).sum())
        found.append(
            ClassProgress(each.id, each.name, each.colour, own.by_hand, own.accepted, own.imported, proposed)
        )
    return tuple(found)


def point_of(model: Model, project: Project) -> ModelPoint:
    """A model as a point of what was reached."""
    quality = model.quality
    return ModelPoint(
        model.id, model.name, model.labels_used, None if quality is None else quality.accuracy,
        "" if quality is None else quality.measured_on, model.created_at, model.id == project.active_model_id,
    )  # fmt: skip


def learnt_of(
    connection: Connection, project: Project, listed: tuple[Model, ...], story: list[Gesture]
) -> Learnt:
    """What was trained so far; models from files were not."""
    trained = tuple(model for model in listed if model.labels_used)
    active = project.active_model_id
    return Learnt(
        trained_on=trained[-1].labels_used if trained else None,
        chosen_since=chosen_since(story, trained),
        has_proposed=active is not None and proposed_shapes.has_proposed(connection, project.id, active),
    )


def chosen_since(story: list[Gesture], listed: tuple[Model, ...]) -> int:
    """Images whose class a person chose since the last model was trained; bulk accepts are not counted."""
    since = listed[-1].created_at if listed else None
    return sum(
        each.image_count
        for each in story
        if each.by_person and each.cause in CHOICES and (since is None or each.made_at > since)
    )


def pace_from(story: list[Gesture], per_state: Mapping[ImageState, int]) -> Pace:
    """The pace of everybody who labelled here."""
    people: dict[str, list[TimedGesture]] = {}
    shown = False
    for each in story:
        if each.cause is Cause.MODEL_RUN:
            shown = True
        elif each.by_person:
            labels = each.image_count if each.cause in ANSWERS else 0
            timed = TimedGesture(each.made_at.timestamp(), labels, shown)
            people.setdefault(each.person, []).append(timed)
    return pace_of(
        people.values(),
        per_state[ImageState.NEW] + per_state[ImageState.PROPOSED] + per_state[ImageState.DRAFT],
    )


def next_action(
    project: Project, per_state: Mapping[ImageState, int], known: tuple[LabelClass, ...], rounds: int, learnt: Learnt,
    sure: int,
) -> NextAction:  # fmt: skip
    """The next step as a sentence and one button."""
    labelled, proposed = per_state[ImageState.LABELLED], per_state[ImageState.PROPOSED]
    step = next_step(per_state, task=project.task, classes=len(known), rounds=rounds, learnt=learnt)
    if step is NextStep.REVIEW:
        return review(proposed, sure, drawing=project.task.draws_shapes)
    if step in DRAWN and project.task.draws_shapes:
        return drawn(step, per_state, project)
    return plain(step, project, labelled, per_state[ImageState.NEW])


DRAWN = (NextStep.SET_CLASSES, NextStep.LABEL, NextStep.TRAIN, NextStep.PREDICT, NextStep.EXPORT)
"""Steps that are told in other words where shapes are drawn."""


def drawn(step: NextStep, per_state: Mapping[ImageState, int], project: Project) -> NextAction:
    """One of these steps where shapes are drawn."""
    finished, left = per_state[ImageState.LABELLED], per_state[ImageState.NEW] + per_state[ImageState.DRAFT]
    count = max(1, min(DRAW_AT_ONCE, left))
    images = f"these {count:,}" if count > 1 else "this one"
    told: dict[NextStep, tuple[str, str, dict[str, int | str]]] = {
        NextStep.SET_CLASSES: ("Say which classes of objects there are; one is enough.", "Add classes", {}),
        NextStep.LABEL: (
            f"Draw what is in the images: {left:,} {'are' if left != 1 else 'is'} not finished.", f"Draw in {images}",
            {"count": count, "order": "both"},
        ),
        NextStep.TRAIN: (
            f"Train on the {finished:,} finished images; on two cores that takes a minute or two.", "Train now",
            {"head": "linear", "backbone": project.backbone},
        ),
        NextStep.PREDICT: (
            f"Let the model find what is in the {left:,} other image{'s' if left != 1 else ''}.", "Take proposals", {},
        ),
        NextStep.EXPORT: ("Every image is finished or was set aside: export them.", "Export", {}),
    }  # fmt: skip
    sentence, button, params = told[step]
    return NextAction(ActionKind(step.value), sentence, button, params)


def review(proposed: int, sure: int, *, drawing: bool = False) -> NextAction:
    """Accept what is sure where that is most of it, else look through the doubtful; drawn shapes are always looked at."""
    if drawing:
        return NextAction(
            ActionKind.REVIEW, f"{proposed:,} images have shapes proposed: accept, correct or reject them.",
            f"Review {min(proposed, REVIEW_AT_ONCE):,} images",
            {"count": min(proposed, REVIEW_AT_ONCE), "order": "hard"},
        )  # fmt: skip
    doubtful = proposed - sure
    if sure >= max(10, doubtful):
        return NextAction(
            ActionKind.ACCEPT,
            f"{sure:,} proposals are at least {100 * SURE_FROM:.0f} % sure: accept them together, one undo takes all back.",
            f"Accept {sure:,} sure", {"threshold": SURE_FROM, "count": sure},
        )  # fmt: skip
    count = min(doubtful, REVIEW_AT_ONCE) or proposed
    return NextAction(
        ActionKind.REVIEW,
        f"{doubtful or proposed:,} proposals are {'doubtful' if doubtful else 'left'}: look at the least sure ones first.",
        f"Review {count:,} {'doubtful' if doubtful else 'proposals'}", {"count": count, "order": "hard"},
    )  # fmt: skip


def plain(step: NextStep, project: Project, labelled: int, new: int) -> NextAction:
    """A step that needs no more than counts."""
    count = max(1, min(LABEL_AT_ONCE, new))
    more = max(1, min(ENOUGH_TO_TRAIN - labelled, new)) if labelled < ENOUGH_TO_TRAIN else count
    told: dict[NextStep, tuple[str, str, dict[str, int | str]]] = {
        NextStep.ADD_IMAGES: ("There are no images yet: add a folder, or drop some here.", "Add images", {}),
        NextStep.SET_CLASSES: ("Say which classes there are; two at least.", "Add classes", {}),
        NextStep.LAY_OUT: ("See all images at once: lay them out on a map.", "Draw the map", {}),
        NextStep.EXPORT: ("Every image has a label or was set aside: export them.", "Export", {}),
        NextStep.LABEL: (
            f"Label {more:,} images that tell the most about the others.", f"Label these {more:,}",
            {"count": more, "order": "both"},
        ),
        NextStep.TRAIN: (
            f"Train on the {labelled:,} labels; a linear head takes seconds.", "Train now",
            {"head": "linear", "backbone": project.backbone},
        ),
        NextStep.PREDICT: (
            f"Let the model propose a class for the {new:,} images without one.", "Take proposals", {}
        ),
    }  # fmt: skip
    sentence, button, params = told[step]
    return NextAction(ActionKind(step.value), sentence, button, params)
