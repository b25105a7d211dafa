"""Write the labels of a project in a format that trainers read."""

from __future__ import annotations

import os
from collections import defaultdict
from pathlib import Path
from typing import Literal

from labelgraft.domain.dataset import Dataset, DatasetImage, LossReport
from labelgraft.domain.ids import ClassId, ImageId, ProjectId
from labelgraft.domain.image import Image
from labelgraft.formats import registry
from labelgraft.storage import annotations as truth
from labelgraft.storage import classes, images, projects, proposals
from labelgraft.storage.workspace import Workspace


def export_dataset(
    workspace: Workspace, project_id: ProjectId, format_name: str, folder: Path, *,
    transfer: Literal["copy", "link", "none"] = "none", with_proposals: bool = False, overwrite: bool = False,
    check_only: bool = False,
) -> LossReport:  # fmt: skip
    """Write every image of the project with its labels; gives exactly what the format could not hold.

    with_proposals: images without a label get their surest proposal. check_only: nothing is written. Raises
    UnknownName, AlreadyExists, BadSetting; the folder is written whole or not at all.
    """
    chosen = registry.get(format_name)
    dataset = read_dataset(workspace, project_id, with_proposals=with_proposals)
    if check_only:
        return chosen.loss(dataset, transfer=transfer)
    return chosen.write(dataset, folder, transfer=transfer, overwrite=overwrite)


def read_dataset(workspace: Workspace, project_id: ProjectId, *, with_proposals: bool = False) -> Dataset:
    """The project as values: every image with its classes, split and file."""
    with workspace.database.reading() as connection:
        project = projects.get(connection, project_id)
        known = classes.of_project(connection, project_id)
        columns = truth.columns(connection, project_id)
        labels: dict[ImageId, list[ClassId]] = defaultdict(list)
        for image_id, class_id in zip(columns.image_ids.tolist(), columns.class_ids.tolist(), strict=True):
            labels[ImageId(image_id)].append(ClassId(class_id))
        if with_proposals:
            add_proposals(
                labels, proposals.columns(connection, project_id).rows(), multi_label=project.multi_label
            )
        rows = list(images.of_ids(connection, images.every(connection, project_id)))
    names = {each.id: each.name for each in known}
    top = common_folder(rows)
    found = tuple(
        DatasetImage(
            path=os.path.relpath(image.path, top).replace(os.sep, "/"),
            class_names=tuple(names[class_id] for class_id in labels.get(image.id, ())),
            split=image.split, source=image.path, width_px=image.width_px, height_px=image.height_px,
        )
        for image in rows
    )  # fmt: skip
    return Dataset(tuple(each.name for each in known), found, project.multi_label)


def common_folder(rows: list[Image]) -> str:
    """The deepest folder that holds every image, so that exported paths are short."""
    return os.path.commonpath([os.path.dirname(image.path) for image in rows]) if rows else "/"  # noqa: PTH120


def add_proposals(
    labels: dict[ImageId, list[ClassId]], rows: list[tuple[ImageId, ClassId, float]], *, multi_label: bool
) -> None:
    """Give images without a label their proposals: the surest one, or all from one half on."""
    free = [row for row in rows if row[0] not in labels]
    for image_id, class_id, confidence in sorted(free, key=lambda row: (row[0], -row[2])):
        if not labels[image_id] or (multi_label and confidence >= 0.5):
            labels[image_id].append(class_id)
