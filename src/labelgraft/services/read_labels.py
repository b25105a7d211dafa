"""The labels of a project as arrays, in the order of its classes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from labelgraft.domain.arrays import Bools, Ints
from labelgraft.domain.ids import ClassId, ProjectId
from labelgraft.domain.lookup import rows_of
from labelgraft.errors import NothingLabelled
from labelgraft.storage import annotations as truth
from labelgraft.storage import classes, projects
from labelgraft.storage.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Labels:
    """What the labelled images of a project were given.

    M labelled images, C classes. image_ids: (M,) int64, ordered. targets: (M,) int64 positions in class_names; in a
    multi-label project (M, C) bool.
    """

    image_ids: Ints
    targets: Ints | Bools
    class_names: tuple[str, ...]
    class_ids: tuple[ClassId, ...]
    multi_label: bool

    def of(self, image_ids: Ints) -> Labels:
        """Only the labels of these images."""
        kept = np.isin(self.image_ids, image_ids)
        return Labels(
            self.image_ids[kept], self.targets[kept], self.class_names, self.class_ids, self.multi_label
        )

    def without(self, image_ids: Ints) -> Labels:
        """All labels but those of these images."""
        return self.of(self.image_ids[~np.isin(self.image_ids, image_ids)])

    def aligned(self, image_ids: Ints) -> Ints:
        """(N,) the class position of each image, -1 without a label; of several the first."""
        first = self.targets.argmax(axis=1) if self.multi_label else self.targets
        aligned = np.full(len(image_ids), -1, np.int64)
        row, there = rows_of(image_ids, self.image_ids)
        aligned[row] = first[there]
        return aligned


def read_labels(workspace: Workspace, project_id: ProjectId) -> Labels:
    """The labels so far; M may be 0."""
    with workspace.database.reading() as connection:
        multi_label = projects.get(connection, project_id).multi_label
        known = classes.of_project(connection, project_id)
        columns = truth.columns(connection, project_id)
    ids = np.array([each.id for each in known], np.int64)
    by_id = np.argsort(ids)
    position = by_id[np.searchsorted(ids[by_id], columns.class_ids)] if len(ids) else columns.class_ids
    image_ids, row = np.unique(columns.image_ids, return_inverse=True)
    targets: Ints | Bools
    if multi_label:
        targets = np.zeros((len(image_ids), len(ids)), np.bool_)
        targets[row, position] = True
    else:
        targets = np.zeros(len(image_ids), np.int64)
        targets[row] = position
    return Labels(
        image_ids, targets, tuple(each.name for each in known), tuple(each.id for each in known), multi_label
    )


def need_labels(labels: Labels) -> Labels:
    """The same labels. Raises NothingLabelled if there is none."""
    if not len(labels.image_ids):
        raise NothingLabelled(
            "No image has a label yet. Label some: labelgraft next PROJECT, then labelgraft label PROJECT CLASS --images IDS"
        )
    return labels
