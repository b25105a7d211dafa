"""Labels out: look what would be lost, write, download."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import Path
from fastapi.responses import StreamingResponse

from labelgraft.domain.dataset import LossReport as Losses
from labelgraft.server.dependencies import ProjectById
from labelgraft.server.resource import resource
from labelgraft.server.schemas.base import Id
from labelgraft.server.schemas.exports import Export, Loss, LossReport, NewExport
from labelgraft.server.schemas.jobs import JobStarted, job_of

router = resource("exports")


@router.post("/projects/{project_id}/exports/check", operation_id="check_export")
def check_export(project: ProjectById, wanted: NewExport) -> LossReport:
    """What an export would lose, exactly; nothing is written."""
    return report_of(
        project.check_export(
            wanted.format,
            transfer=wanted.transfer,
            proposals=wanted.proposals,
            split=wanted.split,
            drafts=wanted.drafts,
        )
    )


@router.post("/projects/{project_id}/exports", operation_id="export_dataset", status_code=202)
def export_dataset(project: ProjectById, wanted: NewExport) -> JobStarted:
    """Begin to write an export into the workspace; download it when its job is finished."""
    status = project.start_export(
        wanted.format,
        transfer=wanted.transfer,
        proposals=wanted.proposals,
        split=wanted.split,
        drafts=wanted.drafts,
    )
    return JobStarted(job=job_of(status))


@router.get("/projects/{project_id}/exports", operation_id="list_exports")
def list_exports(project: ProjectById) -> list[Export]:
    """The exports of a project, newest first."""
    return [
        Export(
            job=each.job, format=each.format_name, transfer=each.transfer, proposals=each.with_proposals,
            split=each.split, made_at=each.made_at, losses=report_of(each.losses), bytes=each.bytes,
            folder=None if each.folder is None else str(each.folder),
            can_be_downloaded=each.folder is not None,
        )
        for each in project.exports()
    ]  # fmt: skip


@router.get(
    "/projects/{project_id}/exports/{job}/download", operation_id="download_export",
    response_class=StreamingResponse,
    responses={200: {"description": "One zip file.", "content": {"application/zip": {}}}},
)  # fmt: skip
def download_export(
    project: ProjectById, job: Annotated[Id, Path(description="The number of the export's job.")]
) -> StreamingResponse:
    """A finished export as one zip, made while it is sent; images are stored in it as they are."""
    found = project.download(job)
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "-_. ") else "_" for c in found.name)
    named = f"attachment; filename=\"{plain}.zip\"; filename*=UTF-8''{quote(found.name, safe='')}.zip"
    return StreamingResponse(
        found.pieces, media_type="application/zip", headers={"Content-Disposition": named}
    )


def report_of(report: Losses) -> LossReport:
    """A loss report as it goes over the wire."""
    losses = [Loss.model_validate(each) for each in report.losses]
    return LossReport(losses=losses, has_warnings=report.has_warnings)
