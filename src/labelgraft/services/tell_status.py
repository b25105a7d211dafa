"""How far a project has come, and what to do next in one sentence."""

from __future__ import annotations

from labelgraft.domain.ids import ProjectId
from labelgraft.domain.image import STATE_CODES, ImageState
from labelgraft.domain.project import Project
from labelgraft.domain.reports import ProjectStatus
from labelgraft.storage import annotations as truth
from labelgraft.storage import classes, images, maps, models, projects
from labelgraft.storage.workspace import Workspace

ENOUGH_TO_TRAIN = 20


def tell_status(workspace: Workspace, project_id: ProjectId) -> ProjectStatus:
    """Counts of a project and its next step."""
    with workspace.database.reading() as connection:
        project = projects.get(connection, project_id)
        counts = images.state_counts(connection, project_id)
        per_state = {state: counts.get(STATE_CODES.index(state), 0) for state in ImageState}
        known = classes.of_project(connection, project_id)
        per_class_id = truth.counts(connection, project_id)
        trained = models.list_all(connection, project_id)
        rounds = maps.list_all(connection, project_id)
    labelled_since = per_state[ImageState.LABELLED] - (trained[-1].labels_used if trained else 0)
    return ProjectStatus(
        name=project.name,
        images=sum(per_state.values()),
        labelled=per_state[ImageState.LABELLED],
        proposed=per_state[ImageState.PROPOSED],
        set_aside=per_state[ImageState.SKIPPED] + per_state[ImageState.UNCLEAR],
        per_class={each.name: per_class_id.get(each.id, 0) for each in known},
        models=len(trained),
        rounds=len(rounds),
        next_step=next_step(project, per_state, len(rounds), len(trained), len(known), labelled_since),
    )


def next_step(
    project: Project, per_state: dict[ImageState, int], rounds: int, models_count: int, class_count: int,
    labelled_since: int,
) -> str:  # fmt: skip
    """What to do next, with its command."""
    name = project.name
    unlabelled = per_state[ImageState.NEW] + per_state[ImageState.PROPOSED]
    if not sum(per_state.values()):
        return f"Next: add images: labelgraft images add {name} FOLDER"
    if class_count < 2:
        return f"Next: say which classes there are: labelgraft classes set {name} cat dog"
    if not rounds:
        return f"Next: see them on a map: labelgraft map {name} --png map.png"
    if not unlabelled:
        return f"Every image has a label. Next: labelgraft export {name} csv FOLDER"
    if per_state[ImageState.LABELLED] < ENOUGH_TO_TRAIN:
        return (
            f"Next: label some images worth it: labelgraft next {name} --count 20, "
            f"then labelgraft label {name} CLASS --images IDS"
        )
    if not models_count or labelled_since >= max(10, per_state[ImageState.LABELLED] // 5):
        return f"Next: train on the {per_state[ImageState.LABELLED]:,} labels: labelgraft train {name}"
    if not per_state[ImageState.PROPOSED]:
        return f"Next: take the model's proposals: labelgraft predict {name}"
    return (
        f"Next: accept what is sure: labelgraft accept {name} --threshold 0.95, "
        f"and look at: labelgraft next {name} --order hard"
    )
