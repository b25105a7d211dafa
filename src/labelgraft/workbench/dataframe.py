"""A project as a pandas table, for notebooks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from labelgraft.domain.ids import ImageId, ProjectId
from labelgraft.domain.image import Image
from labelgraft.domain.map import MapColumns
from labelgraft.errors import MissingExtra
from labelgraft.services.read_answers import read_answers
from labelgraft.services.read_labels import read_labels
from labelgraft.storage import images, proposals
from labelgraft.workbench.engine import Engine

if TYPE_CHECKING:
    from pandas import DataFrame


def dataframe(engine: Engine, project_id: ProjectId, points: MapColumns | None) -> DataFrame:
    """One row per image; see `table_of`. Raises MissingExtra without pandas."""
    workspace = engine.workspace
    labels = read_labels(workspace, project_id)
    answers = read_answers(workspace, project_id)
    with workspace.database.reading() as connection:
        ids = [ImageId(i) for i in images.columns(connection, project_id).image_ids.tolist()]
        rows = images.of_ids(connection, ids)
        sure: dict[ImageId, float] = {}
        for image_id, _, confidence in proposals.columns(connection, project_id).rows():
            sure[image_id] = max(sure.get(image_id, 0.0), confidence)
    given = labels.aligned(np.asarray(ids, np.int64))
    named = [labels.class_names[position] if position >= 0 else None for position in given]
    return table_of(
        rows, named, [answers.get(each) for each in ids], [sure.get(each) for each in ids], points
    )


def table_of(
    rows: Sequence[Image], labels: Sequence[str | None], answers: Sequence[str | None],
    confidences: Sequence[float | None], points: MapColumns | None,
) -> DataFrame:  # fmt: skip
    """One row per image: id, path, folder, split, state, label, answer, confidence, and its place on the map.

    answer: the label, else the surest proposal. x, y, island: of the round given, missing without one. Raises
    MissingExtra without pandas.
    """
    try:
        import pandas as pd
    except ImportError as error:
        raise MissingExtra(
            "A table needs pandas, which is not installed. Install it with: pip install 'labelgraft[notebook]'"
        ) from error
    frame = pd.DataFrame(
        {
            "image": [row.id for row in rows],
            "path": [row.path for row in rows],
            "folder": [row.folder for row in rows],
            "split": [row.split.value if row.split else None for row in rows],
            "state": [row.state.value for row in rows],
            "label": labels,
            "answer": answers,
            "confidence": confidences,
        }
    )
    if points is None:
        return frame.assign(x=None, y=None, island=None)
    places = pd.DataFrame(
        {"image": points.image_ids, "x": points.xy[:, 0], "y": points.xy[:, 1], "island": points.islands}
    )
    return frame.merge(places, on="image", how="left")
