"""What every image of a project is at this moment, as columns, kept in memory and brought up to date when asked.

Reading a hundred thousand labels takes a tenth of a second, so it is done once; afterwards only the images of the
operations made since are read again. Answers are as of the transaction that asks, whoever wrote.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass

import numpy as np
from sqlalchemy import ColumnElement, Connection, and_, func, select

from labelgraft.domain.arrays import AnyArray, Floats, Ints
from labelgraft.domain.ids import ImageId, OperationId, ProjectId
from labelgraft.domain.lookup import rows_of
from labelgraft.domain.operation import Cause
from labelgraft.storage import counters, dialect, folders, images, journal, marks, proposed_shapes
from labelgraft.storage.tables import annotation, change, class_, operation, proposal

KEPT_PROJECTS = 4
MOST_FOLLOWED = 20_000
"""Images read again one by one; beyond that everything is."""
PUTS_REMEMBERED = 256
"""Of the latest puts of proposed shapes it is remembered which images they were for."""

NONE = -1


@dataclass(frozen=True, slots=True)
class StateColumns:
    """N images, M labels, P proposals, of one project, as of one operation.

    image_ids: (N,) int64, ascending. states, splits: (N,) int8, indexes into STATE_CODES and SPLIT_CODES.
    folder_index: (N,) int64, indexes into folders. revisions: (N,) int64.
    class_ids: (N,) int64, the first label of each image; proposal_class_ids: (N,) int64, its surest proposal,
    confidences: (N,) float32 of that; NONE and NaN without.
    label_image_ids, label_class_ids: (M,) int64, every label, by image.
    operation_id: the newest operation, 0 before the first. additions: how often images were added. puts: how often shapes
    were proposed.
    """

    image_ids: Ints
    states: AnyArray
    splits: AnyArray
    folder_index: Ints
    folders: tuple[str, ...]
    revisions: Ints
    class_ids: Ints
    proposal_class_ids: Ints
    confidences: Floats
    label_image_ids: Ints
    label_class_ids: Ints
    operation_id: OperationId
    additions: int
    puts: int = 0

    def rows(self, image_ids: Ints) -> Ints:
        """(K,) rows of those images that are there."""
        return rows_of(self.image_ids, image_ids)[0]


class StateCache:
    """The columns of the projects that were asked for last. Safe to use from several threads."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._turns: dict[ProjectId, threading.Lock] = {}
        self._known: OrderedDict[ProjectId, StateColumns] = OrderedDict()
        self._put: OrderedDict[tuple[ProjectId, int], Ints] = OrderedDict()

    def note_put(self, project_id: ProjectId, number: int, image_ids: Ints) -> None:
        """Shapes were put in these images and committed, as that number of `proposed_shapes.put` says.

        Only a short way: where a number was not noted, or by another process, everything is read again.
        """
        with self._guard:
            self._put[project_id, number] = image_ids
            while len(self._put) > PUTS_REMEMBERED:
                self._put.popitem(last=False)

    def _put_since(self, project_id: ProjectId, after: int, reached: int) -> Ints | None:
        """The images of the puts above `after`; None where one is not known here."""
        with self._guard:
            some = [self._put.get((project_id, number)) for number in range(after + 1, reached + 1)]
        known = [each for each in some if each is not None]
        if len(known) < len(some):
            return None
        return np.concatenate([np.zeros(0, np.int64), *known])

    def of(self, c: Connection, project_id: ProjectId) -> StateColumns:
        """The columns as of this transaction."""
        with self._guard:
            turn = self._turns.setdefault(project_id, threading.Lock())
        with turn:
            with self._guard:
                known = self._known.get(project_id)
            found = self._brought_up(c, project_id, known)
            with self._guard:
                # An older transaction's answer must not replace a newer one.
                if known is None or (found.operation_id, found.puts) >= (known.operation_id, known.puts):
                    self._known[project_id] = found
                    self._known.move_to_end(project_id)
                while len(self._known) > KEPT_PROJECTS:
                    self._turns.pop(self._known.popitem(last=False)[0], None)
            return found

    def _brought_up(self, c: Connection, project_id: ProjectId, known: StateColumns | None) -> StateColumns:
        at = _Moment(
            _newest(c, project_id), counters.reached(c, images.additions_of(project_id)),
            proposed_shapes.puts(c, project_id),
        )  # fmt: skip
        if known is None or at.operation_id < known.operation_id or at.puts < known.puts:
            return _read(c, project_id, at)
        if at == _Moment(known.operation_id, known.additions, known.puts):
            return known
        touched = _touched_since(c, project_id, known.operation_id)
        put = self._put_since(project_id, known.puts, at.puts)
        if touched is None or put is None:
            return _read(c, project_id, at)
        return _read(c, project_id, at, known, np.union1d(touched, put))


@dataclass(frozen=True, slots=True)
class _Moment:
    """What tells whether anything changed; see StateColumns."""

    operation_id: OperationId
    additions: int
    puts: int


def _newest(c: Connection, project_id: ProjectId) -> OperationId:
    found = c.execute(select(func.max(operation.c.id)).where(operation.c.project_id == project_id)).scalar()
    return OperationId(found or 0)


def _touched_since(c: Connection, project_id: ProjectId, after: OperationId) -> Ints | None:
    """The images of the operations above `after`; None where everything is to be read again."""
    o = operation.c
    statement = select(o.id, o.cause, o.image_count).where(o.project_id == project_id, o.id > after)
    rows = c.execute(statement).fetchall()
    # A model's run replaces every proposal; a class that goes or comes back takes its proposals along.
    of_classes = select(change.c.seq).where(
        dialect.among(c, change.c.operation_id, [row.id for row in rows]), change.c.subject == "class"
    )
    if (
        any(row.cause == Cause.MODEL_RUN for row in rows)
        or sum(row.image_count for row in rows) > MOST_FOLLOWED
        or c.execute(of_classes.limit(1)).first() is not None
    ):
        return None
    touched: list[ImageId] = []
    for row in rows:
        touched += journal.image_ids(c, OperationId(row.id))
    return np.unique(np.array(touched, np.int64))


def _read(
    c: Connection,
    project_id: ProjectId,
    at: _Moment,
    known: StateColumns | None = None,
    touched: Ints | None = None,
) -> StateColumns:
    """Everything anew, or only the labels and proposals of the touched images."""
    marked = marks.every(c, project_id)
    label_ids, label_classes = _labels(c, project_id, touched)
    if known is not None and touched is not None:
        stays = ~np.isin(known.label_image_ids, touched)
        label_ids = np.concatenate([known.label_image_ids[stays], label_ids])
        label_classes = np.concatenate([known.label_class_ids[stays], label_classes])
        order = np.argsort(label_ids, kind="stable")
        label_ids, label_classes = label_ids[order], label_classes[order]
    proposed, confidences = _aligned_proposals(c, project_id, marked.image_ids, known, touched)
    numbers, folder_index = np.unique(marked.folders, return_inverse=True)
    paths = folders.paths(c, numbers.tolist())
    return StateColumns(
        image_ids=marked.image_ids,
        states=marked.states,
        splits=marked.splits,
        folder_index=folder_index.astype(np.int64),
        folders=tuple(paths[number] for number in numbers.tolist()),
        revisions=marked.revisions,
        class_ids=_first_of_each(marked.image_ids, label_ids, label_classes),
        proposal_class_ids=proposed,
        confidences=confidences,
        label_image_ids=label_ids,
        label_class_ids=label_classes,
        operation_id=at.operation_id,
        additions=at.additions,
        puts=at.puts,
    )


def _labels(c: Connection, project_id: ProjectId, touched: Ints | None) -> tuple[Ints, Ints]:
    """Image and class of every label, by image, then as they were given."""
    a = annotation.c
    some: ColumnElement[bool] = a.project_id == project_id
    if touched is not None:
        some = and_(some, dialect.among(c, a.image_id, touched.tolist()))
    ids, classes, numbers = (
        np.array(column, np.int64)
        for column in dialect.columns(c, select(a.image_id, a.class_id, a.id).where(some))
    )
    order = np.lexsort((numbers, ids))
    return ids[order], classes[order]


def _first_of_each(image_ids: Ints, label_ids: Ints, label_classes: Ints) -> Ints:
    found = np.full(len(image_ids), NONE, np.int64)
    first = np.flatnonzero(np.diff(label_ids, prepend=-1))
    row, there = rows_of(image_ids, label_ids[first])
    found[row] = label_classes[first][there]
    return found


def _aligned_proposals(
    c: Connection, project_id: ProjectId, image_ids: Ints, known: StateColumns | None, touched: Ints | None
) -> tuple[Ints, Floats]:
    """The surest proposal of each image and its confidence."""
    proposed = np.full(len(image_ids), NONE, np.int64)
    confidences: Floats = np.full(len(image_ids), np.nan, np.float32)
    if known is not None:
        row, there = rows_of(image_ids, known.image_ids)
        proposed[row], confidences[row] = known.proposal_class_ids[there], known.confidences[there]
    if touched is not None:
        row, _ = rows_of(image_ids, touched)
        proposed[row], confidences[row] = NONE, np.nan
    ids, classes, sure = _surest(c, project_id, touched)
    row, there = rows_of(image_ids, ids)
    proposed[row], confidences[row] = classes[there], sure[there]
    return proposed, confidences


def _surest(c: Connection, project_id: ProjectId, touched: Ints | None) -> tuple[Ints, Ints, Floats]:
    p = proposal.c
    some = and_(p.project_id == project_id, class_.c.id == p.class_id, class_.c.deleted == 0)
    if touched is not None:
        some = and_(some, dialect.among(c, p.image_id, touched.tolist()))
    ids, classes, sure = dialect.columns(c, select(p.image_id, p.class_id, p.confidence).where(some))
    numbers, kinds = np.array(ids, np.int64), np.array(classes, np.int64)
    confidences: Floats = np.array(sure, np.float32)
    order = np.lexsort((kinds, -confidences, numbers))
    numbers = numbers[order]
    first = np.flatnonzero(np.diff(numbers, prepend=-1))
    return numbers[first], kinds[order][first], confidences[order][first]
