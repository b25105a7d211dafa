"""Write the labels of a project in a format that trainers read."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from labelgraft.domain.dataset import SET_ASIDE, Answer, Dataset, DatasetImage, Loss, LossReport
from labelgraft.domain.ids import ClassId, ImageId, ProjectId
from labelgraft.domain.image import Image, ImageState, Split
from labelgraft.domain.project import Project
from labelgraft.formats import registry
from labelgraft.formats.folder_write import Transfer
from labelgraft.services.read_drawn import read_drawn
from labelgraft.storage import annotations as truth
from labelgraft.storage import classes, images, projects, proposals
from labelgraft.storage.workspace import Workspace

if TYPE_CHECKING:
    from sqlalchemy import Connection

ANSWERS: dict[ImageState, Answer] = {state: answer for answer, state in SET_ASIDE.items()}
"""What is written of an image that was set aside; of every other its classes hold."""


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What to write, and where.

    transfer: what happens to the image files; None: they are only named where the format can, else linked.
    with_proposals: images without a label get their surest proposal. check_only: nothing is written.
    split: only images of it; None: all. drafts: where shapes are drawn, also write images that nobody has finished.
    """

    format_name: str
    folder: Path
    transfer: Transfer | None = None
    with_proposals: bool = False
    overwrite: bool = False
    check_only: bool = False
    split: Split | None = None
    drafts: bool = False


def export_dataset(workspace: Workspace, project_id: ProjectId, request: ExportRequest) -> LossReport:
    """Write every image of the project with its labels; gives exactly what the format could not hold.

    Where shapes are drawn only finished images are written, and drafts where they are asked for: an image without shapes
    says that there is none. Raises UnknownName, AlreadyExists, BadSetting, BadInput; the folder is written whole or not
    at all.
    """
    chosen = registry.get(request.format_name)
    transfer = request.transfer or ("none" if "none" in chosen.transfers else "link")
    read = read_dataset(
        workspace,
        project_id,
        with_proposals=request.with_proposals,
        absolute=transfer == "none",
        split=request.split,
        drafts=request.drafts,
    )
    if request.check_only:
        report = chosen.loss(read.dataset, transfer=transfer)
    else:
        report = chosen.write(read.dataset, request.folder, transfer=transfer, overwrite=request.overwrite)
    return LossReport((*read.left_out, *report.losses))


@dataclass(frozen=True, slots=True)
class ReadProject:
    """A project as values. left_out: images that are not among them, and why."""

    dataset: Dataset
    left_out: tuple[Loss, ...] = ()


def read_dataset(
    workspace: Workspace, project_id: ProjectId, *, with_proposals: bool = False, absolute: bool = False,
    split: Split | None = None, drafts: bool = False,
) -> ReadProject:  # fmt: skip
    """The project as values: every image with its labels, split and file; skipped and unclear ones as that.

    with_proposals: an image that nobody answered gets its surest proposal, or the shapes proposed for it; one that was
    set aside does not. absolute: paths as the files lie, so that labels written elsewhere still find them; else below the
    deepest folder that holds every image. split: only images of it. drafts: as in ExportRequest.
    """
    with workspace.database.reading() as connection:
        project = projects.get(connection, project_id)
        known = classes.of_project(connection, project_id)
        rows = [
            image
            for image in images.of_ids(connection, images.every(connection, project_id))
            if split in (None, image.split)
        ]
        if project.task.draws_shapes:
            drawn = read_drawn(connection, rows, known, drafts=drafts, with_proposals=with_proposals)
            labels: Mapping[ImageId, Sequence[ClassId]] = {}
        else:
            drawn = None
            labels = _labels(connection, project, rows, with_proposals=with_proposals)
    names = {each.id: each.name for each in known}
    written = rows if drawn is None else [image for image in rows if image.id in drawn.instances]
    top = common_folder(written)
    found = [
        DatasetImage(
            path=Path(image.path).as_posix() if absolute else Path(os.path.relpath(image.path, top)).as_posix(),
            class_names=tuple(names[class_id] for class_id in labels.get(image.id, ())),
            split=image.split, source=image.path, width_px=image.width_px, height_px=image.height_px,
            answer=ANSWERS.get(image.state, Answer.ACCEPT),
            finished=image.state is ImageState.LABELLED and drawn is not None,
        )
        for image in written
    ]  # fmt: skip
    if drawn is not None:
        found = [
            listed.with_instances(drawn.instances[image.id])
            for listed, image in zip(found, written, strict=True)
        ]
    skeletons = {each.name: each.skeleton for each in known if each.skeleton is not None}
    dataset = Dataset(
        tuple(each.name for each in known), tuple(found), project.multi_label, skeletons=skeletons
    )
    return ReadProject(dataset, () if drawn is None else drawn.left_out)


def _labels(
    connection: Connection, project: Project, rows: Sequence[Image], *, with_proposals: bool
) -> Mapping[ImageId, Sequence[ClassId]]:
    """The classes of whole images."""
    columns = truth.columns(connection, project.id)
    labels: dict[ImageId, list[ClassId]] = defaultdict(list)
    for image_id, class_id in zip(columns.image_ids.tolist(), columns.class_ids.tolist(), strict=True):
        labels[ImageId(image_id)].append(ClassId(class_id))
    if with_proposals:
        aside = {image.id for image in rows if image.state in ANSWERS}
        guesses = proposals.columns(connection, project.id).rows()
        guesses = [row for row in guesses if row[0] not in aside]
        add_proposals(labels, guesses, multi_label=project.multi_label)
    return labels


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
