"""The verbs that bring labels out, for a server: look, begin, list, download."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labelgraft.domain.dataset import LossReport
from labelgraft.domain.image import Split
from labelgraft.domain.intake import Exported
from labelgraft.errors import Conflict, UnknownName
from labelgraft.formats import registry as formats
from labelgraft.formats.folder_write import Transfer
from labelgraft.formats.format import check_transfer
from labelgraft.formats.paths import portable_part
from labelgraft.jobs import records
from labelgraft.jobs.records import JobState, JobStatus
from labelgraft.services.export_dataset import ExportRequest, export_dataset
from labelgraft.services.pack_zip import zip_pieces
from labelgraft.workbench.export_jobs import loss_report
from labelgraft.workbench.project_base import ProjectBase


@dataclass(frozen=True, slots=True)
class Download:
    """A zip on its way. name: without its ending. pieces: to be sent in order, once."""

    name: str
    pieces: Iterator[bytes]


class ExportVerbs(ProjectBase):
    """Exports that lie in the workspace until somebody downloads them."""

    def check_export(
        self, format_name: str, *, transfer: Transfer | None = None, proposals: bool = False,
        split: Split | None = None, drafts: bool = False,
    ) -> LossReport:  # fmt: skip
        """What the format would not hold; nothing is written. Raises UnknownName, BadSetting, BadInput."""
        request = ExportRequest(
            format_name, Path(), transfer, proposals, split=split, check_only=True, drafts=drafts
        )
        return export_dataset(self._workspace, self.id, request)

    def start_export(
        self, format_name: str, *, transfer: Transfer | None = None, proposals: bool = False,
        split: Split | None = None, drafts: bool = False,
    ) -> JobStatus:  # fmt: skip
        """Begin to write an export into the workspace; comes back at once. Raises UnknownName, BadSetting."""
        chosen = formats.get(format_name)
        if transfer is not None:
            check_transfer(chosen, transfer)
        folder = self._workspace.exports_folder / uuid.uuid4().hex
        arguments = {
            "format_name": format_name, "folder": str(folder), "transfer": transfer, "with_proposals": proposals,
            "overwrite": False, "check_only": False, "split": None if split is None else split.value,
            "drafts": drafts,
        }  # fmt: skip
        return self._start("export", f"Exporting {self.name} as {format_name}", arguments)

    def exports(self) -> list[Exported]:
        """The exports that lie in the workspace or did so, newest first."""
        return [self._exported(job) for job in self._engine.jobs.jobs() if self._is_download(job)]

    def download(self, number: int) -> Download:
        """A finished export as one zip, made while it is sent.

        Raises UnknownName if no such export is known or it was swept; Conflict while it is being written.
        """
        job = records.get(self._workspace.root, number)
        if self._is_ours(job) and job.state is JobState.RUNNING:
            raise Conflict(f"Export {number} is still being written. Download it when its job is finished.")
        found = self._exported(job) if self._is_download(job) else None
        if found is None or found.folder is None:
            raise UnknownName(
                "export", str(number), [str(each.job) for each in self.exports() if each.folder]
            )
        name = portable_part(f"{self.name}-{found.format_name}")
        return Download(name, zip_pieces(found.folder, name))

    def _is_ours(self, job: JobStatus) -> bool:
        about = job.arguments
        inside = Path(str(about.get("folder", "/"))).parent == self._workspace.exports_folder
        return job.kind == "export" and about.get("project_id") == self.id and inside

    def _is_download(self, job: JobStatus) -> bool:
        return self._is_ours(job) and job.state is JobState.FINISHED

    def _exported(self, job: JobStatus) -> Exported:
        about: dict[str, Any] = job.arguments
        folder = Path(about["folder"])
        result = records.result(self._workspace.root, job.number)
        split = about.get("split")
        return Exported(
            job=job.number, format_name=about["format_name"], transfer=about["transfer"],
            with_proposals=about["with_proposals"], split=None if split is None else Split(split),
            made_at=job.ended or job.started, losses=loss_report(result), bytes=result.get("bytes"),
            folder=folder if folder.is_dir() else None,
        )  # fmt: skip
