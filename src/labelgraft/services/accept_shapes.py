"""Turn proposed shapes into instances in bulk: by threshold, by selection, by class."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from labelgraft.domain.annotation import Author
from labelgraft.domain.ids import ImageId, ProjectId
from labelgraft.domain.image import STATE_CODES, ImageState
from labelgraft.domain.operation import Cause
from labelgraft.domain.proposal import ProposedShape
from labelgraft.domain.reports import AcceptReport
from labelgraft.domain.selection import Selection
from labelgraft.errors import UnknownName
from labelgraft.storage import classes, instances, marks, proposed_shapes

if TYPE_CHECKING:
    from sqlalchemy import Connection

OPEN_STATES = tuple(STATE_CODES.index(state) for state in (ImageState.PROPOSED, ImageState.DRAFT))


def accept_shapes(
    c: Connection, project_id: ProjectId, selection: Selection | None, threshold: float | None, class_name: str | None,
    author: Author, *, dry_run: bool = False, idempotency_key: str | None = None,
) -> AcceptReport:  # fmt: skip
    """Accept the open proposals of images that nobody has finished, as one operation.

    An image all of whose proposals are accepted so is labelled; one that keeps some open is a draft.

    Raises: UnknownName for a class that the project does not have.
    """
    names = {each.id: each.name for each in classes.of_project(c, project_id)}
    if class_name is not None and class_name not in names.values():
        raise UnknownName("class", class_name, names.values())
    listed = proposed_shapes.of_images(c, _unfinished(c, project_id, selection))
    least = 0.0 if threshold is None else threshold
    taken = {
        image_id: [p for p in found if p.confidence >= least and class_name in (None, names[p.class_id])]
        for image_id, found in listed.items()
    }
    chosen = [p for some in taken.values() for p in some]
    finished = {image_id for image_id, some in taken.items() if some and len(some) == len(listed[image_id])}
    per_class = Counter(names[p.class_id] for p in chosen)
    expected = float(np.mean([p.confidence for p in chosen])) if chosen else 0.0
    images = len({p.image_id for p in chosen})
    words = _summary(len(chosen), images, selection, threshold, class_name, dry_run=dry_run)
    if dry_run or not chosen:
        return AcceptReport(images, per_class, expected, None, words)
    operation = instances.accept(
        c, project_id, chosen, finished=finished, author=author, cause=Cause.ACCEPT, summary=words,
        detail=_detail(chosen, selection, threshold, class_name, expected), idempotency_key=idempotency_key,
    )  # fmt: skip
    return AcceptReport(images, per_class, expected, operation, f"Operation {operation.id}: {words}")


def _unfinished(c: Connection, project_id: ProjectId, selection: Selection | None) -> list[ImageId]:
    known = marks.every(c, project_id)
    waiting = known.image_ids[np.isin(known.states, OPEN_STATES)]
    if selection is not None:
        waiting = waiting[np.isin(waiting, np.asarray(selection.image_ids, np.int64))]
    return [ImageId(number) for number in waiting.tolist()]


def _summary(
    shapes: int, images: int, selection: Selection | None, threshold: float | None, class_name: str | None,
    *, dry_run: bool,
) -> str:  # fmt: skip
    if not shapes:
        return "No proposal fits; nothing was accepted."
    how = [f"at least {threshold:g} sure"] if threshold is not None else []
    how += [selection.words] if selection is not None and selection.words else []
    how += [f"of class {class_name}"] if class_name else []
    verb = "Would accept" if dry_run else "Accepted"
    counted = f"{shapes:,} {'shape' if shapes == 1 else 'shapes'} in {images:,} {'image' if images == 1 else 'images'}"
    return f"{verb} {counted} {' '.join(how)}".rstrip()


def _detail(
    chosen: list[ProposedShape], selection: Selection | None, threshold: float | None, class_name: str | None,
    expected: float,
) -> dict[str, object]:  # fmt: skip
    models = sorted({p.model_id for p in chosen})
    return {
        **(selection.detail if selection is not None else {}),
        **({"model": models[0]} if len(models) == 1 else {"models": models}),
        "shapes": len(chosen), "threshold": threshold, "class": class_name, "expected_right": expected,
    }  # fmt: skip
