"""Numbers of the images that a filter lets through, in order, a bounded stretch at a time.

Each part of a filter is a stream of image numbers in order: state, split and folder together are one, read from
the marks; a class and a proposal are one each, given by an index. One stream alone is read straight. Several are
met by walking the sparsest one, window by window, and asking the others about its numbers; text in a path has no
index and is only ever asked. After WINDOWS the search stops and says how far it came, so that no page takes
longer than a few ten thousand look-ups, however rare the combination.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from sqlalchemy import ColumnElement, Connection, Select, select, union, union_all

from labelgraft.domain.arrays import AnyArray, Bools
from labelgraft.domain.ids import ImageId, ProjectId
from labelgraft.domain.image import SPLIT_CODES, STATE_CODES, ImageFilter
from labelgraft.storage import dialect, folders, marks
from labelgraft.storage.proposal_rows import BANDS
from labelgraft.storage.tables import annotation, class_, image, image_file, proposal

WINDOWS = (500, 4_000)
"""Numbers of the sparsest stream looked at for one page, in turn."""


@dataclass(frozen=True, slots=True)
class Found:
    """Numbers in order, and the number up to which everything was looked at; None: to the end."""

    image_ids: list[ImageId]
    searched_to: ImageId | None


class _Stream(Protocol):
    """Image numbers in order."""

    def window(self, c: Connection, after: int, size: int) -> list[int]:
        """The first `size` numbers above `after`."""

    def keep(self, c: Connection, numbers: list[int]) -> list[int]:
        """Those of some numbers that the stream has."""


@dataclass(frozen=True, slots=True)
class _Marked:
    """Images by what is marked on them; None where any will do."""

    project_id: ProjectId
    state: int | None
    split: int | None
    folders: Sequence[int] | None

    def window(self, c: Connection, after: int, size: int) -> list[int]:
        found: list[int] = []
        for columns in marks.above(c, self.project_id, after, *self._columns()):
            found += columns["image_ids"][self._fits(columns)].tolist()
            if len(found) >= size:
                break
        return found[:size]

    def keep(self, c: Connection, numbers: list[int]) -> list[int]:
        if not numbers:
            return []
        known = marks.of_ids(c, self.project_id, numbers)
        columns = {name: getattr(known, name) for name in ("image_ids", *marks.NAMES)}
        kept: list[int] = known.image_ids[self._fits(columns)].tolist()
        return kept

    def _columns(self) -> list[str]:
        asked = {"states": self.state, "splits": self.split, "folders": self.folders}
        return [name for name, code in asked.items() if code is not None]

    def _fits(self, columns: dict[str, AnyArray]) -> Bools:
        fits = np.ones(len(columns["image_ids"]), np.bool_)
        for name, code in (("states", self.state), ("splits", self.split)):
            if code is not None:
                fits &= columns[name] == code
        if self.folders is not None:
            fits &= np.isin(columns["folders"], self.folders)
        return fits


@dataclass(frozen=True, slots=True)
class _Indexed:
    """branches: conditions, each in order along an index; overlap: a number may come more than once."""

    number: ColumnElement[Any]
    branches: list[list[ColumnElement[bool]]]
    holds: ColumnElement[bool]
    overlap: bool = False

    def window(self, c: Connection, after: int, size: int) -> list[int]:
        return dialect.numbers(c, self._select(after, size))

    def keep(self, c: Connection, numbers: list[int]) -> list[int]:
        kept = select(image.c.id.label("id")).where(dialect.among(c, image.c.id, numbers), self.holds)
        return dialect.numbers(c, kept)

    def _select(self, after: int, size: int) -> Select[Any]:
        number = select(self.number.label("id"))
        if self.overlap:
            number = number.distinct()
        parts = [
            number.where(*branch, self.number > after).order_by(self.number).limit(size)
            for branch in self.branches
        ]
        if len(parts) == 1 and not self.overlap:
            return parts[0]
        wrapped = [select(part.subquery().c.id) for part in parts]
        joined = (union(*wrapped) if self.overlap else union_all(*wrapped)).subquery()
        return select(joined.c.id).order_by(joined.c.id).limit(size)


def search(
    c: Connection,
    project_id: ProjectId,
    wanted: ImageFilter,
    after: int,
    limit: int,
    windows: Sequence[int] | None = None,
) -> Found:
    """The first images above `after` that the filter lets through, up to `limit` or what WINDOWS allow."""
    streams = _streams(c, project_id, wanted)
    if streams is None:
        return Found([], None)
    text = wanted.path_contains
    if len(streams) == 1 and not text:
        rows = streams[0].window(c, after, limit)
        end = ImageId(rows[-1]) if len(rows) == limit else None
        return Found([ImageId(row) for row in rows], end)
    found: list[ImageId] = []
    for size in windows or WINDOWS:
        reached = [stream.window(c, after, size) for stream in streams]
        driver = _sparsest(reached, size)
        numbers = met = reached[driver]
        for other, stream in enumerate(streams):
            if other != driver and met:
                met = stream.keep(c, met)
        if text and met:
            met = with_text(c, met, text)
        met = met[:limit]
        found += [ImageId(row) for row in met]
        if len(met) == limit:
            return Found(found, found[-1])
        if len(numbers) < size:
            return Found(found, None)
        after = numbers[-1]
        if len(found) >= limit:
            break
    return Found(found, ImageId(after))


def with_text(c: Connection, numbers: list[int], text: str) -> list[int]:
    """Those of some images that have a text in their path."""
    t = image_file.c
    like = dialect.contains_text(c, t.path, text)
    return dialect.numbers(
        c, select(t.image_id.label("id")).where(dialect.among(c, t.image_id, numbers), like)
    )


def _sparsest(windows: Sequence[Sequence[int]], size: int) -> int:
    """The window that reaches furthest; the shortest of those that end within their size."""
    reach = [(0, len(ids)) if len(ids) < size else (1, -ids[-1]) for ids in windows]
    return reach.index(min(reach))


def _streams(c: Connection, project_id: ProjectId, wanted: ImageFilter) -> list[_Stream] | None:
    """The streams of a filter; None if it lets nothing through for sure."""
    streams: list[_Stream] = []
    if wanted.class_id is not None:
        of_project = select(class_.c.project_id).where(class_.c.id == wanted.class_id)
        if c.execute(of_project).scalar() != project_id:
            return None
        streams.append(_labelled_with(wanted.class_id))
    if wanted.asks_for_proposals:
        streams.append(_proposed(project_id, wanted))
    within = None if wanted.folder is None else folders.numbers_within(c, project_id, wanted.folder)
    if within == []:
        return None
    state = None if wanted.state is None else STATE_CODES.index(wanted.state)
    split = None if wanted.split is None else SPLIT_CODES.index(wanted.split)
    if not streams or (state, split, within) != (None, None, None):
        streams.append(_Marked(project_id, state, split, within))
    return streams


def _labelled_with(class_id: int) -> _Indexed:
    a = annotation.c
    holds = select(a.id).where(a.image_id == image.c.id, a.class_id == class_id).exists()
    return _Indexed(a.image_id, [[a.class_id == class_id]], holds)


def _proposed(project_id: ProjectId, wanted: ImageFilter) -> _Indexed:
    p = proposal.c
    low = 0.0 if wanted.min_confidence is None else wanted.min_confidence
    high = 1.0 if wanted.max_confidence is None else wanted.max_confidence
    first, last = (int(np.searchsorted(BANDS, edge, side="right")) for edge in (low, high))
    given = [p.project_id == project_id]
    if wanted.proposed_class_id is not None:
        given.append(p.class_id == wanted.proposed_class_id)
    if wanted.model_id is not None:
        given.append(p.model_id == wanted.model_id)
    between = [p.confidence >= low, p.confidence <= high]
    branches = [
        [*given, p.band == band, *(between if band in (first, last) else ())]
        for band in range(first, last + 1)
    ]
    holds = select(p.image_id).where(p.image_id == image.c.id, *given, *between).exists()
    one_per_image = wanted.proposed_class_id is not None
    return _Indexed(p.image_id, branches or [[p.band < 0]], holds, overlap=not one_per_image)
