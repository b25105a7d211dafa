"""Numbers of the images that a filter lets through, in order, a bounded stretch at a time.

Each part of a filter is a stream of image numbers that an index gives in order. One stream alone is read
straight. Several are met by walking the sparsest one, window by window, and asking the others about its
numbers; text in a path has no index and is only ever asked. After WINDOWS the search stops and says how far
it came, so that no page takes longer than a few ten thousand look-ups, however rare the combination.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Connection, Select, and_, select, union, union_all

from labelgraft.domain.ids import ImageId, ProjectId
from labelgraft.domain.image import SPLIT_CODES, STATE_CODES, ImageFilter, ImageState, Split
from labelgraft.storage import dialect, folders
from labelgraft.storage.proposals import BANDS, model_of
from labelgraft.storage.tables import annotation, class_, image, image_file, proposal

WINDOWS = (500, 4_000)
"""Numbers of the sparsest stream looked at for one page, in turn."""


@dataclass(frozen=True, slots=True)
class Found:
    """Numbers in order, and the number up to which everything was looked at; None: to the end."""

    image_ids: list[ImageId]
    searched_to: ImageId | None


@dataclass(frozen=True, slots=True)
class _Stream:
    """branches: conditions, each in order along an index; overlap: a number may come more than once."""

    number: ColumnElement[Any]
    branches: list[list[ColumnElement[bool]]]
    holds: ColumnElement[bool]
    overlap: bool = False

    def window(self, after: int, size: int) -> Select[Any]:
        """The first `size` numbers above `after`."""
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
        rows = dialect.numbers(c, streams[0].window(after, limit))
        end = ImageId(rows[-1]) if len(rows) == limit else None
        return Found([ImageId(row) for row in rows], end)
    asked = [stream.holds for stream in streams]
    if text:
        like = dialect.contains_text(c, image_file.c.path, text)
        asked.append(select(image_file.c.image_id).where(image_file.c.image_id == image.c.id, like).exists())
    found: list[ImageId] = []
    for size in windows or WINDOWS:
        reached = [dialect.numbers(c, stream.window(after, size)) for stream in streams]
        driver = _sparsest(reached, size)
        numbers = reached[driver]
        others = [condition for i, condition in enumerate(asked) if i != driver]
        meet = select(image.c.id.label("id")).where(dialect.among(c, image.c.id, numbers), *others)
        met = dialect.numbers(c, meet)[:limit]
        found += [ImageId(row) for row in met]
        if len(met) == limit:
            return Found(found, found[-1])
        if len(numbers) < size:
            return Found(found, None)
        after = numbers[-1]
        if len(found) >= limit:
            break
    return Found(found, ImageId(after))


def _sparsest(windows: Sequence[Sequence[int]], size: int) -> int:
    """The window that reaches furthest; the shortest of those that end within their size."""
    reach = [(0, len(ids)) if len(ids) < size else (1, -ids[-1]) for ids in windows]
    return reach.index(min(reach))


def _streams(c: Connection, project_id: ProjectId, wanted: ImageFilter) -> list[_Stream] | None:
    """The streams of a filter; None if it lets nothing through for sure."""
    streams = []
    if wanted.class_id is not None:
        of_project = select(class_.c.project_id).where(class_.c.id == wanted.class_id)
        if c.execute(of_project).scalar() != project_id:
            return None
        streams.append(_labelled_with(wanted.class_id))
    if _asks_for_proposals(wanted):
        if wanted.model_id is not None and model_of(c, project_id) != wanted.model_id:
            return None
        streams.append(_proposed(project_id, wanted))
    if wanted.folder is not None:
        folder_id = folders.number_of(c, project_id, wanted.folder)
        if folder_id is None:
            return None
        streams.append(_in_folder(folder_id, wanted.split))
    by_split = wanted.split is not None and wanted.folder is None
    if not streams or wanted.state is not None or by_split:
        streams.append(_in_state(project_id, wanted.state, wanted.split))
    return streams


def _in_folder(folder_id: int, split: Split | None) -> _Stream:
    i = image.c
    given = [i.folder_id == folder_id]
    branches = [[*given, i.split == code] for code in _codes(SPLIT_CODES, split)]
    return _Stream(i.id, branches, and_(*given, i.split.in_(_codes(SPLIT_CODES, split))))


def _in_state(project_id: ProjectId, state: ImageState | None, split: Split | None) -> _Stream:
    i = image.c
    given = [i.project_id == project_id]
    if state is None and split is None:
        return _Stream(i.id, [given], and_(*given))
    states, splits = _codes(STATE_CODES, state), _codes(SPLIT_CODES, split)
    branches = [[*given, i.state == one, i.split == other] for one in states for other in splits]
    return _Stream(i.id, branches, and_(*given, i.state.in_(states), i.split.in_(splits)))


def _codes(known: Sequence[object], wanted: object | None) -> list[int]:
    """The code of what is wanted; all of them where nothing is."""
    return list(range(len(known))) if wanted is None else [known.index(wanted)]


def _labelled_with(class_id: int) -> _Stream:
    a = annotation.c
    holds = select(a.id).where(a.image_id == image.c.id, a.class_id == class_id).exists()
    return _Stream(a.image_id, [[a.class_id == class_id]], holds)


def _asks_for_proposals(wanted: ImageFilter) -> bool:
    asked = (wanted.proposed_class_id, wanted.model_id, wanted.min_confidence, wanted.max_confidence)
    return any(value is not None for value in asked)


def _proposed(project_id: ProjectId, wanted: ImageFilter) -> _Stream:
    p = proposal.c
    low = 0.0 if wanted.min_confidence is None else wanted.min_confidence
    high = 1.0 if wanted.max_confidence is None else wanted.max_confidence
    first, last = (int(np.searchsorted(BANDS, edge, side="right")) for edge in (low, high))
    given = [p.project_id == project_id]
    if wanted.proposed_class_id is not None:
        given.append(p.class_id == wanted.proposed_class_id)
    between = [p.confidence >= low, p.confidence <= high]
    branches = [
        [*given, p.band == band, *(between if band in (first, last) else ())]
        for band in range(first, last + 1)
    ]
    holds = select(p.image_id).where(p.image_id == image.c.id, *given, *between).exists()
    one_per_image = wanted.proposed_class_id is not None
    return _Stream(p.image_id, branches or [[p.band < 0]], holds, overlap=not one_per_image)
