"""Images in: look at a source, import it."""

from __future__ import annotations

from labelgraft.domain.intake import ImportSource
from labelgraft.server.dependencies import Bench, Options, ProjectById
from labelgraft.server.options import ServerOptions
from labelgraft.server.resource import resource
from labelgraft.server.schemas.imports import ImportFrom, ImportPreview, NewImport
from labelgraft.server.schemas.jobs import JobStarted, job_of
from labelgraft.workbench.front_door import Workbench

router = resource("imports")


@router.post("/projects/{project_id}/imports/check", operation_id="check_import")
def check_import(project: ProjectById, bench: Bench, options: Options, wanted: ImportFrom) -> ImportPreview:
    """What an import would find: the format, classes and counts, the first rows, what would be refused."""
    source = source_of(bench, options, wanted)
    return ImportPreview.model_validate(project.check_import(source, format_name=wanted.format))


@router.post("/projects/{project_id}/imports", operation_id="import_images", status_code=202)
def import_images(project: ProjectById, bench: Bench, options: Options, wanted: NewImport) -> JobStarted:
    """Begin to add images, with thumbnails and embeddings in the same pass.

    Files below a root stay where they are. Files that are known are passed over, so beginning again goes on. Labels come
    as one operation of the history, which can be reverted.
    """
    source = source_of(bench, options, wanted)
    status = project.start_import(source, format_name=wanted.format, labels=wanted.labels, embed=wanted.embed)
    return JobStarted(job=job_of(status))


def source_of(bench: Workbench, options: ServerOptions, wanted: ImportFrom) -> ImportSource:
    """The source that a request names. Raises UnknownPlace, UnknownName."""
    if wanted.upload_id is not None:
        return bench.source_of_upload(wanted.upload_id)
    return bench.source_below(options.roots, wanted.source or "")
