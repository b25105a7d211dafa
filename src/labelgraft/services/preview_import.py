"""Tell what an import would find, before anything is imported."""

from __future__ import annotations

from collections import Counter
from pathlib import Path, PurePosixPath

from labelgraft.domain.dataset import SET_ASIDE, Answer, DatasetImage
from labelgraft.domain.dataset_fit import fit_to_task
from labelgraft.domain.image import RefusedFile
from labelgraft.domain.intake import ImportPreview, PreviewRow
from labelgraft.domain.project import Task
from labelgraft.formats.zip_archive import is_archive
from labelgraft.services.below_roots import place
from labelgraft.services.import_images import is_known
from labelgraft.services.read_source import ImportRequest, read_source
from labelgraft.services.unpack_archive import look_into
from labelgraft.storage import images, projects
from labelgraft.storage.workspace import Workspace

ROWS = 12
REFUSED = 20


def preview_import(workspace: Workspace, request: ImportRequest) -> ImportPreview:
    """Find out the format, read the labels, list the files; no image is opened.

    Raises BadFormat, BadInput, UnknownName, UnknownPlace.
    """
    if is_archive(request.source):
        return _of_archive(workspace, request)
    source = read_source(request, workspace.uploads_folder)
    with workspace.database.reading() as connection:
        known = images.known_files(connection, request.project_id)
        task = projects.get(connection, request.project_id).task
    fit = fit_to_task(source.dataset, task)
    dataset, refused = fit.dataset, (*source.refused, *fit.refused)
    drawn = Counter(one.class_name for image in dataset.images for one in image.instances)
    paths = dict.fromkeys(path for path, _ in source.files)
    counts = Counter(
        name for image in dataset.images if image.answer is Answer.ACCEPT for name in image.class_names
    )
    rows = [
        PreviewRow(i.path, i.class_names, i.split, i.answer, len(i.instances)) for i in dataset.images[:ROWS]
    ]
    if source.format_name == "folder":
        rows = [
            PreviewRow(inside(request.source, path), (), None, Answer.ACCEPT)
            for path, _ in source.files[:ROWS]
        ]
    return ImportPreview(
        format_name=source.format_name,
        reason=source.reason,
        images=len(paths),
        known=sum(is_known(path, known) for path in paths),
        classes={name: counts[name] for name in dataset.class_names},
        multi_label=dataset.multi_label,
        labelled=sum(_is_labelled(i, task) for i in dataset.images),
        set_aside=sum(i.answer in SET_ASIDE for i in dataset.images),
        rejected=sum(i.answer is Answer.REJECT for i in dataset.images),
        rows=tuple(rows),
        refused=tuple(
            RefusedFile(inside(request.source, each.path), each.reason) for each in refused[:REFUSED]
        ),
        refused_count=len(refused),
        shapes={name: drawn[name] for name in dataset.class_names} if task.draws_shapes else {},
        mended={**dataset.mended, **fit.changed} if task.draws_shapes else {},
    )


def _is_labelled(image: DatasetImage, task: Task) -> bool:
    """Whether an image comes with a label; where shapes are drawn, with one, or as one that holds none."""
    if image.answer is not Answer.ACCEPT:
        return False
    return bool(image.instances) or image.finished if task.draws_shapes else bool(image.class_names)


def _of_archive(workspace: Workspace, request: ImportRequest) -> ImportPreview:
    """Of an archive only its list of names is read: nothing is unpacked before somebody says that it is wanted."""
    if request.within is not None:
        place(str(request.source), [*request.within, workspace.uploads_folder])
    found = look_into(request.source, request.archive)
    return ImportPreview(
        format_name="zip",
        reason="It is unpacked into the workspace when it is imported; labels are looked for then.",
        images=found.images, known=0, classes={}, multi_label=False, labelled=0, set_aside=0, rejected=0,
        rows=tuple(PreviewRow(path, (), None, Answer.ACCEPT) for path in found.rows),
        refused=found.refused[:REFUSED], refused_count=len(found.refused),
    )  # fmt: skip


def inside(source: Path, path: str) -> str:
    """A path as seen from the source, where it lies inside of it."""
    try:
        return PurePosixPath(Path(path).relative_to(source)).as_posix()
    except ValueError:
        return path
