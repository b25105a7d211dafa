"""Turn proposals into labels: by threshold, by island, by list. Labels that are there are never changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from labelgraft.domain.annotation import Author
from labelgraft.domain.arrays import Ints
from labelgraft.domain.ids import ClassId, ImageId, ModelId, ProjectId
from labelgraft.domain.image import STATE_CODES, ImageState
from labelgraft.domain.operation import Cause
from labelgraft.domain.project import Project
from labelgraft.domain.proposal import ProposalColumns
from labelgraft.domain.reports import AcceptReport
from labelgraft.domain.selection import Selection
from labelgraft.errors import BadInput, BadSetting, UnknownName
from labelgraft.services.accept_shapes import accept_shapes
from labelgraft.storage import classes, labelling, marks, projects, proposals
from labelgraft.storage.workspace import Workspace

if TYPE_CHECKING:
    from sqlalchemy import Connection

LEAST_OF_SEVERAL = 0.5
"""In a multi-label project a class is accepted with its image from this confidence on, where no threshold is given."""


@dataclass(frozen=True, slots=True)
class AcceptRequest:
    """Which proposals to accept; every part that is given must hold."""

    selection: Selection | None = None
    threshold: float | None = None
    class_name: str | None = None


def accept_proposals(
    workspace: Workspace, project_id: ProjectId, request: AcceptRequest, *, author: Author, dry_run: bool = False,
    idempotency_key: str | None = None,
) -> AcceptReport:  # fmt: skip
    """Accept the proposals that a request names, of images without a label, as one operation.

    Raises BadSetting if the request names nothing or the threshold is outside 0 to 1; BadInput without proposals.
    """
    with workspace.database.writing() as connection:
        return accept_in(connection, project_id, request, author, dry_run, idempotency_key)


def accept_in(
    connection: Connection, project_id: ProjectId, request: AcceptRequest, author: Author, dry_run: bool = False,
    idempotency_key: str | None = None,
) -> AcceptReport:  # fmt: skip
    """Accept proposals in the caller's transaction. Raises as accept_proposals."""
    check_request(request)
    project = projects.get(connection, project_id)
    if project.task.draws_shapes:
        return accept_shapes(
            connection, project_id, request.selection, request.threshold, request.class_name, author, dry_run=dry_run,
            idempotency_key=idempotency_key,
        )  # fmt: skip
    names = {each.id: each.name for each in classes.of_project(connection, project_id)}
    if not proposals.has_any(connection, project_id):
        raise BadInput(
            "There are no proposals yet. Train a model and take its proposals: labelgraft predict PROJECT"
        )
    waiting = waiting_ids(connection, project_id, request.selection)
    columns = proposals.columns(connection, project_id)
    picked = pick(columns, waiting, request, project, {name: key for key, name in names.items()})
    chosen, expected = gather(columns, picked)
    per_class = Counter(names[class_id] for wanted in chosen.values() for class_id in wanted)
    words = summary_of(chosen, expected, request, dry_run)
    if dry_run or not chosen:
        return AcceptReport(len(chosen), per_class, expected, None, words)
    models = proposals.models_of(connection, project_id, chosen)
    operation = labelling.set_classes(
        connection, project_id, chosen, author=author, cause=Cause.ACCEPT, summary=words,
        detail=detail_of(request, models.values(), expected), accepted_from=models, idempotency_key=idempotency_key,
    )  # fmt: skip
    return AcceptReport(len(chosen), per_class, expected, operation, f"Operation {operation.id}: {words}")


def check_request(request: AcceptRequest) -> None:
    """Raises BadSetting if the request names nothing or its threshold is outside 0 to 1."""
    if request.selection is None and request.threshold is None:
        raise BadSetting(
            "Say which proposals to accept: by threshold, island or images. Nothing was accepted."
        )
    if request.threshold is not None and not 0 <= request.threshold <= 1:
        raise BadSetting(f"threshold: found {request.threshold:g}, expected 0 to 1. Nothing was accepted.")


def waiting_ids(connection: Connection, project_id: ProjectId, selection: Selection | None) -> Ints:
    """Images of the selection, or of the project, that carry only a proposal."""
    known = marks.every(connection, project_id)
    waiting: Ints = known.image_ids[known.states == STATE_CODES.index(ImageState.PROPOSED)]
    if selection is not None:
        waiting = waiting[np.isin(waiting, np.asarray(selection.image_ids, np.int64))]
    return waiting


def pick(
    columns: ProposalColumns, waiting: Ints, request: AcceptRequest, project: Project,
    ids: dict[str, ClassId],
) -> Ints:  # fmt: skip
    """Positions in the columns of the proposals to accept."""
    least = (
        request.threshold
        if request.threshold is not None
        else (LEAST_OF_SEVERAL if project.multi_label else 0.0)
    )
    fits = np.isin(columns.image_ids, waiting) & (columns.confidences >= least)
    if request.class_name is not None:
        if request.class_name not in ids:
            raise UnknownName("class", request.class_name, ids)
        fits &= columns.class_ids == ids[request.class_name]
    return np.flatnonzero(fits).astype(np.int64)


def gather(columns: ProposalColumns, picked: Ints) -> tuple[dict[ImageId, tuple[ClassId, ...]], float]:
    """The classes to give to each image, and the share that is expected to be right."""
    chosen: dict[ImageId, tuple[ClassId, ...]] = {}
    listed = (columns.image_ids[picked].tolist(), columns.class_ids[picked].tolist())
    for image_id, class_id in zip(*listed, strict=True):
        chosen[ImageId(image_id)] = (*chosen.get(ImageId(image_id), ()), ClassId(class_id))
    return chosen, float(columns.confidences[picked].mean()) if len(picked) else 0.0


def summary_of(
    chosen: dict[ImageId, tuple[ClassId, ...]], expected: float, request: AcceptRequest, dry_run: bool
) -> str:
    """The operation in words."""
    if not chosen:
        return "No proposal fits; nothing was accepted."
    how = [f"at least {request.threshold:g} sure"] if request.threshold is not None else []
    how += [request.selection.words] if request.selection is not None and request.selection.words else []
    how += [f"of class {request.class_name}"] if request.class_name else []
    verb = "Would accept" if dry_run else "Accepted"
    return (
        f"{verb} {len(chosen):,} proposals {' '.join(how)}".rstrip()
        + f", about {100 * expected:.1f} % of them right"
    )


def detail_of(request: AcceptRequest, of_models: Iterable[ModelId], expected: float) -> dict[str, object]:
    """What the history keeps of an accept: the model, or all of them where the proposals were of several."""
    models = sorted(set(of_models))
    return {
        **(request.selection.detail if request.selection is not None else {}),
        **({"model": models[0]} if len(models) == 1 else {"models": models}),
        "threshold": request.threshold,
        "class": request.class_name,
        "expected_right": expected,
    }
