"""State, split, folder and revision of every image, as columns in stretches of 4,096 image numbers.

Labelling ten thousand images of a million changes one number each, all over the table. A row and an index
entry per image would rewrite twelve thousand pages for that; here it is a few hundred short rows, and every
count and filter over these columns is arithmetic on arrays.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from sqlalchemy import Connection, Select, bindparam, select, update

from labelgraft.domain.arrays import AnyArray, Bools, Ints
from labelgraft.domain.ids import ProjectId
from labelgraft.domain.lookup import rows_of
from labelgraft.storage import dialect
from labelgraft.storage.tables import image_stretch

STRETCH = 4096
"""Image numbers in one row; row n holds those from n * STRETCH on."""

ABSENT = -1
"""The state where the project has no image of that number; images of other projects lie between."""

NAMES = ("states", "splits", "folders", "revisions")

_WIDTHS: dict[int, str] = {1: "<u1", 2: "<u2", 4: "<u4", 8: "<u8"}


@dataclass(frozen=True, slots=True)
class Marks:
    """What is marked on N images.

    image_ids: (N,) int64, ascending. states, splits: (N,) int8, indexes into STATE_CODES and SPLIT_CODES.
    folders: (N,) int64, numbers of folders. revisions: (N,) int64.
    """

    image_ids: Ints
    states: AnyArray
    splits: AnyArray
    folders: Ints
    revisions: Ints

    def where(self, kept: Bools | Ints) -> Marks:
        """Only some of the images."""
        return Marks(*(getattr(self, name)[kept] for name in ("image_ids", *NAMES)))


def add(c: Connection, project_id: ProjectId, image_ids: Sequence[int], folders: Sequence[int]) -> None:
    """Mark new images, each in its folder: state new, no split, revision 0."""
    if not folders:
        return
    ids = np.asarray(image_ids, np.int64)
    order = np.argsort(ids)
    _make_room(c, project_id, np.unique(ids // STRETCH))
    new = np.zeros(len(ids), np.int8)
    write(
        c, project_id, Marks(ids[order], new, new, np.asarray(folders, np.int64)[order], new.astype(np.int64))
    )


def every(c: Connection, project_id: ProjectId) -> Marks:
    """What is marked on all images of a project."""
    return _joined([_decoded(row) for row in c.execute(_rows(project_id)).fetchall()])


def of_ids(c: Connection, project_id: ProjectId, image_ids: Iterable[int] | Ints) -> Marks:
    """What is marked on some images; those that are not of this project are left out."""
    listed = image_ids if isinstance(image_ids, np.ndarray) else np.fromiter(image_ids, np.int64)
    wanted = np.unique(listed)
    numbers = np.unique(wanted // STRETCH).tolist()
    statement = _rows(project_id).where(dialect.among(c, image_stretch.c.number, numbers))
    found = _joined([_decoded(row) for row in c.execute(statement).fetchall()])
    return found.where(rows_of(found.image_ids, wanted)[0])


def above(c: Connection, project_id: ProjectId, after: int, *names: str) -> Iterator[dict[str, AnyArray]]:
    """Some columns and the `image_ids` of the images above `after`, a stretch at a time."""
    t = image_stretch.c
    columns = [t[name] for name in dict.fromkeys(("states", *names))]
    reached, at_once = (after + 1) // STRETCH, 2
    while True:
        statement = select(t.number, *columns).where(t.project_id == project_id, t.number >= reached)
        rows = c.execute(statement.order_by(t.number).limit(at_once)).fetchall()
        for number, *blobs in rows:
            read = {column.name: _array(blob) for column, blob in zip(columns, blobs, strict=True)}
            ids = np.arange(STRETCH, dtype=np.int64) + number * STRETCH
            there = (read["states"].view(np.int8) != ABSENT) & (ids > after)
            yield {"image_ids": ids[there], **{name: read[name][there] for name in names}}
        if len(rows) < at_once:
            return
        # The first images are found in the first rows as a rule; a rare filter reads on in longer steps.
        reached, at_once = rows[-1][0] + 1, min(2 * at_once, 64)


def write(c: Connection, project_id: ProjectId, marks: Marks) -> None:
    """Put these marks in place of what is marked on the same images."""
    numbers, starts = np.unique(marks.image_ids // STRETCH, return_index=True)
    statement = _rows(project_id).where(dialect.among(c, image_stretch.c.number, numbers.tolist()))
    # Images may be added to a stretch by one process while another labels some that are there.
    old = {row[0]: row for row in c.execute(statement.with_for_update()).fetchall()}
    rows = []
    for number, (start, end) in zip(numbers.tolist(), pairwise([*starts, len(marks.image_ids)]), strict=True):
        at = marks.image_ids[start:end] - number * STRETCH
        row: dict[str, Any] = {"of_project": project_id, "of_number": number}
        for name, blob in zip(NAMES, old[number][1:], strict=True):
            row[f"new_{name}"] = _changed(blob, at, getattr(marks, name)[start:end])
        rows.append(row)
    if rows:
        c.execute(_UPDATE, rows)


def _changed(blob: bytes, at: Ints, values: AnyArray) -> bytes:
    """A column with other values in some places, in as many bytes per number as it now needs."""
    new = values.view(np.uint8) if values.dtype == np.int8 else values
    column = _array(blob)
    column = column.copy() if int(new.max()) <= np.iinfo(column.dtype).max else column.astype(np.int64)
    column[at] = new
    largest = int(column.max())
    width = next(size for size in _WIDTHS if largest < 256**size)
    return column.astype(_WIDTHS[width], copy=False).tobytes()


_UPDATE = (
    update(image_stretch)
    .where(
        image_stretch.c.project_id == bindparam("of_project"),
        image_stretch.c.number == bindparam("of_number"),
    )
    .values({name: bindparam(f"new_{name}") for name in NAMES})
)


def _make_room(c: Connection, project_id: ProjectId, numbers: Ints) -> None:
    """Rows for stretches that the project has no image in yet."""
    zeros, absent = bytes(STRETCH), bytes([ABSENT & 0xFF]) * STRETCH
    blank = {"states": absent, "splits": zeros, "folders": zeros, "revisions": zeros}
    rows = [{"project_id": project_id, "number": number, **blank} for number in numbers.tolist()]
    dialect.insert_missing(c, image_stretch, rows)


def _rows(project_id: ProjectId) -> Select[Any]:
    t = image_stretch.c
    columns = (t.number, *(t[name] for name in NAMES))
    return select(*columns).where(t.project_id == project_id).order_by(t.number)


def _decoded(row: Any) -> Marks:
    number, states, splits, folders, revisions = row
    state = _array(states).view(np.int8)
    there = np.flatnonzero(state != ABSENT)
    return Marks(
        image_ids=there + number * STRETCH,
        states=state[there],
        splits=_array(splits).view(np.int8)[there],
        folders=_array(folders)[there].astype(np.int64),
        revisions=_array(revisions)[there].astype(np.int64),
    )


def _joined(parts: Sequence[Marks]) -> Marks:
    if not parts:
        none, bare = np.zeros(0, np.int64), np.zeros(0, np.int8)
        return Marks(none, bare, bare, none, none)
    return Marks(*(np.concatenate([getattr(p, name) for p in parts]) for name in ("image_ids", *NAMES)))


def _array(blob: bytes) -> AnyArray:
    """A column; how many bytes a number takes follows from its length."""
    return np.frombuffer(blob, _WIDTHS[len(blob) // STRETCH])
