"""Models in the database: what was trained, from what, and how good it is."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Row, select, update
from sqlalchemy import delete as delete_from

from labelgraft.domain.ids import ModelId, ProjectId, RunId
from labelgraft.domain.model import ClassQuality, Interval, Model, Quality
from labelgraft.errors import AlreadyExists, UnknownName
from labelgraft.storage import counters
from labelgraft.storage.moments import from_us, now_us
from labelgraft.storage.tables import model


def insert(
    c: Connection,
    project_id: ProjectId,
    *,
    name: str,
    description: str = "",
    head: str,
    backbone: str,
    class_names: Sequence[str],
    run_id: RunId | None = None,
    parent_id: ModelId | None = None,
    quality: Quality | None = None,
    labels_used: int,
    folder: str,
) -> Model:
    """Add a trained model to the list; its files are complete in `folder` by now.

    Raises: AlreadyExists if the project has a model of that name.
    """
    where = (model.c.project_id == project_id) & (model.c.name == name)
    if c.execute(select(model.c.id).where(where)).first() is not None:
        raise AlreadyExists(f"A model is already called {name!r}. It was kept. Choose another name.")
    model_id = counters.take(c, "model")
    c.execute(
        model.insert().values(
            id=model_id,
            project_id=project_id,
            name=name,
            description=description,
            head=head,
            backbone=backbone,
            class_names=json.dumps(list(class_names)),
            run_id=run_id,
            parent_id=parent_id,
            quality=None if quality is None else json.dumps(asdict(quality)),
            labels_used=labels_used,
            folder=folder,
            created_us=now_us(),
        )
    )
    return get(c, project_id, ModelId(model_id))


def get(c: Connection, project_id: ProjectId, model_id: ModelId) -> Model:
    """The model with that number. Raises: UnknownName."""
    where = (model.c.project_id == project_id) & (model.c.id == model_id)
    row = c.execute(select(model).where(where)).first()
    if row is None:
        raise UnknownName("model", f"#{model_id}", (m.name for m in list_all(c, project_id)))
    return _model(row)


def by_name(c: Connection, project_id: ProjectId, name: str) -> Model:
    """The model of that name. Raises: UnknownName, with near names."""
    where = (model.c.project_id == project_id) & (model.c.name == name)
    row = c.execute(select(model).where(where)).first()
    if row is None:
        raise UnknownName("model", name, (m.name for m in list_all(c, project_id)))
    return _model(row)


def list_all(c: Connection, project_id: ProjectId) -> tuple[Model, ...]:
    """The models of a project, oldest first."""
    rows = c.execute(select(model).where(model.c.project_id == project_id).order_by(model.c.id))
    return tuple(_model(row) for row in rows)


def describe(c: Connection, project_id: ProjectId, model_id: ModelId, name: str, description: str) -> Model:
    """Call a model by another name and description. Raises: UnknownName, AlreadyExists."""
    get(c, project_id, model_id)
    taken = (model.c.project_id == project_id) & (model.c.name == name) & (model.c.id != model_id)
    if c.execute(select(model.c.id).where(taken)).first() is not None:
        raise AlreadyExists(f"Another model is called {name!r}. Nothing was changed. Choose another name.")
    c.execute(update(model).where(model.c.id == model_id).values(name=name, description=description))
    return get(c, project_id, model_id)


def delete(c: Connection, project_id: ProjectId, model_id: ModelId) -> None:
    """Take a model off the list; its number is never given again, so that what was accepted from it stays told."""
    get(c, project_id, model_id)
    c.execute(delete_from(model).where(model.c.id == model_id))


def set_quality(c: Connection, model_id: ModelId, quality: Quality) -> None:
    """Remember how good a model was found to be."""
    c.execute(update(model).where(model.c.id == model_id).values(quality=json.dumps(asdict(quality))))


def _model(row: Row[Any]) -> Model:
    return Model(
        id=ModelId(row.id),
        name=row.name,
        description=row.description,
        head=row.head,
        backbone=row.backbone,
        class_names=tuple(json.loads(row.class_names)),
        run_id=None if row.run_id is None else RunId(row.run_id),
        parent_id=None if row.parent_id is None else ModelId(row.parent_id),
        quality=None if row.quality is None else _quality(json.loads(row.quality)),
        labels_used=row.labels_used,
        folder=row.folder,
        created_at=from_us(row.created_us),
    )


def _quality(stored: dict[str, Any]) -> Quality:
    per_class = tuple(
        ClassQuality(k["class_name"], Interval(**k["precision"]), Interval(**k["recall"]), k["support"])
        for k in stored["per_class"]
    )
    accuracy = Interval(**stored["accuracy"])
    return Quality(
        stored["measured_on"], accuracy, stored["log_loss"], stored["calibration_error"], per_class
    )
