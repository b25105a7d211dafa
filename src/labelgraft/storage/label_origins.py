"""Where the labels of each class come from: a person's own choice, an accepted proposal, an import."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, case, func, select

from labelgraft.domain.annotation import AUTHOR_CODES, AuthorKind
from labelgraft.domain.ids import ClassId, ProjectId
from labelgraft.storage.tables import annotation, class_


@dataclass(frozen=True, slots=True)
class Origins:
    """Labels of one class by where they come from."""

    by_hand: int
    accepted: int
    imported: int


def of_classes(c: Connection, project_id: ProjectId) -> dict[ClassId, Origins]:
    """The labels of each class of a project; classes without any are left out."""
    a = annotation.c
    of_project = select(class_.c.id).where(class_.c.project_id == project_id)
    accepted = func.sum(case((a.accepted_from.is_not(None), 1), else_=0))
    brought = a.accepted_from.is_(None) & (a.author_kind == AUTHOR_CODES.index(AuthorKind.IMPORT))
    imported = func.sum(case((brought, 1), else_=0))
    statement = select(a.class_id, func.count(), accepted, imported).where(a.class_id.in_(of_project))
    return {
        ClassId(class_id): Origins(int(count - taken - read), int(taken), int(read))
        for class_id, count, taken, read in c.execute(statement.group_by(a.class_id))
    }
