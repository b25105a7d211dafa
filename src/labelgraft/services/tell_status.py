"""How far projects have come, and what to do next in one sentence."""

from __future__ import annotations

from labelgraft.domain.ids import ProjectId
from labelgraft.domain.image import STATE_CODES, ImageState
from labelgraft.domain.next_step import NextStep, next_step
from labelgraft.domain.project import Project
from labelgraft.domain.reports import ProjectCard, ProjectStatus
from labelgraft.services.tell_overview import learnt_of
from labelgraft.storage import annotations as truth
from labelgraft.storage import classes, gestures, images, maps, models, operations, projects
from labelgraft.storage.workspace import Workspace

MOSAIC = 9
"""Pictures on a project's card."""


def tell_status(workspace: Workspace, project_id: ProjectId) -> ProjectStatus:
    """Counts of a project and its next step."""
    card = tell_card(workspace, project_id)
    with workspace.database.reading() as connection:
        known = classes.of_project(connection, project_id)
        per_class_id = truth.counts(connection, project_id)
    return ProjectStatus(
        name=card.project.name,
        images=sum(card.per_state.values()),
        labelled=card.per_state[ImageState.LABELLED],
        proposed=card.per_state[ImageState.PROPOSED],
        set_aside=card.per_state[ImageState.SKIPPED] + card.per_state[ImageState.UNCLEAR],
        per_class={each.name: per_class_id.get(each.id, 0) for each in known},
        models=card.models,
        rounds=card.rounds,
        next_step=in_words(card.next_step, card.project, card.per_state[ImageState.LABELLED]),
    )


def tell_card(workspace: Workspace, project_id: ProjectId) -> ProjectCard:
    """A project at a glance."""
    with workspace.database.reading() as connection:
        project = projects.get(connection, project_id)
        counts = images.state_counts(connection, project_id)
        per_state = {state: counts.get(STATE_CODES.index(state), 0) for state in ImageState}
        class_count = len(classes.of_project(connection, project_id))
        trained = models.list_all(connection, project_id)
        rounds = len(maps.list_all(connection, project_id))
        mosaic = images.spread(connection, project_id, MOSAIC)
        last = operations.page(connection, project_id, limit=1)
        learnt = learnt_of(connection, project, trained, gestures.every(connection, project_id))
    return ProjectCard(
        project=project,
        per_state=per_state,
        classes=class_count,
        models=len(trained),
        rounds=rounds,
        mosaic=mosaic,
        last_activity=last[0].made_at if last else project.created_at,
        next_step=next_step(per_state, task=project.task, classes=class_count, rounds=rounds, learnt=learnt),
    )


def in_words(step: NextStep, project: Project, labelled: int) -> str:
    """The next step with its command."""
    name, images = project.name, "finished images" if project.task.draws_shapes else "labels"
    if project.task.draws_shapes and step is NextStep.LABEL:
        return "Next: draw in the browser: labelgraft serve"
    if project.task.draws_shapes and step is NextStep.REVIEW:
        return "Next: look at what is proposed in the browser: labelgraft serve"
    if project.task.draws_shapes and step is NextStep.EXPORT:
        return f"Every image is finished. Next: labelgraft export {name} coco FOLDER"
    return {
        NextStep.ADD_IMAGES: f"Next: add images: labelgraft images add {name} FOLDER",
        NextStep.SET_CLASSES: f"Next: say which classes there are: labelgraft classes set {name} cat dog",
        NextStep.LAY_OUT: f"Next: see them on a map: labelgraft map {name} --png map.png",
        NextStep.EXPORT: f"Every image has a label. Next: labelgraft export {name} csv FOLDER",
        NextStep.LABEL: (
            f"Next: label some images worth it: labelgraft next {name} --count 20, "
            f"then labelgraft label {name} CLASS --images IDS"
        ),
        NextStep.TRAIN: f"Next: train on the {labelled:,} {images}: labelgraft train {name}",
        NextStep.PREDICT: f"Next: take the model's proposals: labelgraft predict {name}",
        NextStep.REVIEW: (
            f"Next: accept what is sure: labelgraft accept {name} --threshold 0.95, "
            f"and look at: labelgraft next {name} --order hard"
        ),
    }[step]
