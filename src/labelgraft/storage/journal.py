"""What operations changed, as rows: one per change, or one for many changes of a bulk operation.

Ten thousand changes of one gesture share a handful of texts; written one by one they would be most of what the
gesture writes. So many changes of one kind are packed into one row, which is looked through where a later
question touches its range of images.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import Connection, insert, select

from labelgraft.domain.arrays import Ints
from labelgraft.domain.ids import AnnotationId, ClassId, ImageId, OperationId, ProjectId, ProposalId
from labelgraft.domain.operation import (
    AnnotationChange,
    Changes,
    ClassChange,
    ImageChange,
    ProposalChange,
    ProposedShapeChange,
)
from labelgraft.storage import dialect, journal_json
from labelgraft.storage.tables import bulk_change, change, operation

BULK_FROM = 100
"""As many changes of one kind in one operation are packed."""

PACKED = 50_000
"""Changes in one row at most."""

NUMBERED = ("annotation", "proposed-shape")
"""Subjects whose things stand in the column annotation_id."""

ASKED = "asked"
"""The subject of images that a model was asked about; nothing of them changed but their proposals."""

Text = str | None
Line = tuple[int, int, Text, Text]
"""Image, thing, before, after of one change; a thing is an annotation, a proposed shape, a proposal's class, or 0."""


@dataclass(frozen=True, slots=True)
class Pack:
    """Many changes of one kind by one operation.

    image_ids, things, claims: (N,) int64; claims are indexes into texts, which are (before, after).
    """

    operation_id: OperationId
    image_ids: Ints
    things: Ints
    claims: Ints
    texts: Sequence[tuple[Text, Text]]

    def lines(self) -> Iterator[Line]:
        """The changes one by one, in the order they were written."""
        columns = (self.image_ids.tolist(), self.things.tolist(), self.claims.tolist())
        for image_id, thing, claim in zip(*columns, strict=True):
            yield image_id, thing, *self.texts[claim]


def write(c: Connection, operation_id: int, changes: Changes) -> None:
    """Write down everything that an operation changed."""
    texts = journal_json.ClaimTexts()
    subjects: dict[str, list[Line]] = {
        "annotation": [(a.image_id, a.annotation_id, texts.of(a.before), texts.of(a.after)) for a in changes.annotations],
        "image": _image_lines(changes.images),
        "proposal": [(p.image_id, p.class_id, *journal_json.proposal_texts(p)) for p in changes.proposals],
        "proposed-shape": [
            (p.image_id, p.proposal_id, *journal_json.proposed_shape_texts(p)) for p in changes.proposed_shapes
        ],
    }  # fmt: skip
    rows: list[tuple[Any, ...]] = []
    for subject, lines in subjects.items():
        if len(lines) >= BULK_FROM:
            _write_packed(c, operation_id, subject, lines)
            continue
        for image_id, thing, before, after in lines:
            of_annotation = thing if subject in NUMBERED else None
            of_class = thing if subject == "proposal" else None
            rows.append((operation_id, len(rows), subject, image_id, of_annotation, of_class, before, after))
    for k in changes.classes:
        class_texts = (journal_json.class_text(k.before), journal_json.class_text(k.after))
        rows.append((operation_id, len(rows), "class", None, None, k.class_id, *class_texts))
    names = ("operation_id", "seq", "subject", "image_id", "annotation_id", "class_id", "before", "after")
    dialect.insert_rows(c, change, names, rows)


def write_asked(c: Connection, operation_id: int, some: Ints) -> None:
    """Write down which images a model was asked about: an operation that touches none of them."""
    if len(some):
        _write_packed(c, operation_id, ASKED, [(image_id, 0, None, None) for image_id in some.tolist()])


def asked(c: Connection, operation_id: OperationId) -> Ints:
    """The images that a model was asked about, ascending; empty where it was asked about all of the project."""
    packs = _packs(c, ASKED, bulk_change.c.operation_id == operation_id)
    return np.unique(np.concatenate([np.zeros(0, np.int64), *(pack.image_ids for pack in packs)]))


def read(c: Connection, operation_id: OperationId) -> Changes:
    """Everything that an operation changed, in the order it was written."""
    subjects: dict[str, list[Line]] = {
        "annotation": [], "image": [], "proposal": [], "proposed-shape": [], "class": [],
    }  # fmt: skip
    statement = select(change).where(change.c.operation_id == operation_id)
    for row in c.execute(statement.order_by(change.c.seq)):
        thing = row.annotation_id if row.subject in NUMBERED else row.class_id
        subjects[row.subject].append((row.image_id or 0, thing or 0, row.before, row.after))
    for subject, lines in subjects.items():
        for pack in _packs(c, subject, bulk_change.c.operation_id == operation_id):
            lines.extend(pack.lines())
    return Changes(
        annotations=tuple(_annotation(*line) for line in subjects["annotation"]),
        images=tuple(_image(*line) for line in subjects["image"]),
        classes=tuple(_class(*line) for line in subjects["class"]),
        proposals=tuple(_proposal(*line) for line in subjects["proposal"]),
        proposed_shapes=tuple(_proposed_shape(*line) for line in subjects["proposed-shape"]),
    )


def image_ids(c: Connection, operation_id: OperationId) -> list[ImageId]:
    """The images that an operation touched, ascending."""
    t = change.c
    single = select(t.image_id).where(t.operation_id == operation_id, t.image_id.is_not(None)).distinct()
    found = [np.array(c.execute(single).scalars().all(), np.int64)]
    b = bulk_change.c
    for (blob,) in c.execute(select(b.image_ids).where(b.operation_id == operation_id, b.subject != ASKED)):
        found.append(_numbers(blob))
    return [ImageId(number) for number in np.unique(np.concatenate(found)).tolist()]


def later(
    c: Connection,
    project_id: ProjectId,
    operation_id: OperationId,
    subject: str,
    touched: Iterable[ImageId],
) -> Iterator[tuple[OperationId, Line]]:
    """Changes of these images by later operations; the operations in order, packed ones after the others."""
    wanted = np.unique(np.fromiter(touched, np.int64))
    t = change.c
    statement = select(t.operation_id, t.image_id, t.annotation_id, t.class_id, t.before, t.after).where(
        dialect.among(c, t.image_id, wanted.tolist()), t.operation_id > operation_id, t.subject == subject
    )
    for by, image_id, annotation_id, class_id, before, after in c.execute(statement.order_by(t.operation_id)):
        yield OperationId(by), (image_id, annotation_id or class_id or 0, before, after)
    b = bulk_change.c
    for pack in _packs(
        c, subject, operation.c.project_id == project_id, b.operation_id > operation_id,
        b.first_image_id <= int(wanted[-1]), b.last_image_id >= int(wanted[0]),
    ):  # fmt: skip
        there = np.isin(pack.image_ids, wanted)
        some = Pack(
            pack.operation_id, pack.image_ids[there], pack.things[there], pack.claims[there], pack.texts
        )
        for line in some.lines():
            yield pack.operation_id, line


def operations_of_image(c: Connection, project_id: ProjectId, image_id: ImageId) -> set[OperationId]:
    """The operations that touched an image."""
    found = set(c.execute(select(change.c.operation_id).where(change.c.image_id == image_id)).scalars())
    b = bulk_change.c
    statement = (
        select(b.operation_id, b.image_ids)
        .join_from(bulk_change, operation)
        .where(
            operation.c.project_id == project_id,
            b.first_image_id <= image_id,
            b.last_image_id >= image_id,
            b.subject != ASKED,
        )
    )
    found |= {by for by, blob in c.execute(statement) if image_id in _numbers(blob)}
    return {OperationId(by) for by in found}


def _write_packed(c: Connection, operation_id: int, subject: str, lines: Sequence[Line]) -> None:
    seq = c.execute(select(bulk_change.c.seq).where(bulk_change.c.operation_id == operation_id)).all()
    rows: list[dict[str, Any]] = []
    for start in range(0, len(lines), PACKED):
        part = lines[start : start + PACKED]
        known: dict[tuple[Text, Text], int] = {}
        claims = [known.setdefault(line[2:], len(known)) for line in part]
        ids = np.fromiter((line[0] for line in part), np.int64, len(part))
        rows.append(
            {
                "operation_id": operation_id,
                "seq": len(seq) + len(rows),
                "subject": subject,
                "first_image_id": int(ids.min()),
                "last_image_id": int(ids.max()),
                "image_ids": _packed(ids),
                "things": _packed(np.fromiter((line[1] for line in part), np.int64, len(part))),
                "claims": _packed(np.array(claims, np.int64)),
                "texts": json.dumps(list(known)),
            }
        )
    c.execute(insert(bulk_change), rows)


def _packs(c: Connection, subject: str, *conditions: Any) -> Iterator[Pack]:
    b = bulk_change.c
    statement = select(b.operation_id, b.image_ids, b.things, b.claims, b.texts)
    statement = statement.join_from(bulk_change, operation).where(b.subject == subject, *conditions)
    for by, ids, things, claims, texts in c.execute(statement.order_by(b.operation_id, b.seq)):
        pairs = [(before, after) for before, after in json.loads(texts)]
        yield Pack(OperationId(by), _numbers(ids), _numbers(things), _numbers(claims), pairs)


def _packed(numbers: Ints) -> bytes:
    """The first byte says how many each number takes."""
    width = next(size for size in (1, 2, 4, 8) if int(numbers.max()) < 256**size)
    return bytes([width]) + numbers.astype(f"<u{width}").tobytes()


def _numbers(blob: bytes) -> Ints:
    return np.frombuffer(blob, f"<u{blob[0]}", offset=1).astype(np.int64)


def _image_lines(changes: Sequence[ImageChange]) -> list[Line]:
    texts: dict[int, str] = {}
    lines: list[Line] = []
    for one in changes:
        for fields in (one.before, one.after):
            if id(fields) not in texts:
                texts[id(fields)] = journal_json.image_text(fields)
        lines.append((one.image_id, 0, texts[id(one.before)], texts[id(one.after)]))
    return lines


def _annotation(image_id: int, thing: int, before: Text, after: Text) -> AnnotationChange:
    return journal_json.annotation_change(ImageId(image_id), AnnotationId(thing), before, after)


def _image(image_id: int, _: int, before: Text, after: Text) -> ImageChange:
    return journal_json.image_change(ImageId(image_id), before or "", after or "")


def _proposal(image_id: int, thing: int, _: Text, after: Text) -> ProposalChange:
    return journal_json.proposal_change(ImageId(image_id), ClassId(thing), after or "")


def _proposed_shape(image_id: int, thing: int, before: Text, after: Text) -> ProposedShapeChange:
    return journal_json.proposed_shape_change(ImageId(image_id), ProposalId(thing), before or "", after or "")


def _class(_: int, thing: int, before: Text, after: Text) -> ClassChange:
    return journal_json.class_change(ClassId(thing), before, after)
