"""Export as a job."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from labelgraft.domain.dataset import Loss, LossReport, Severity
from labelgraft.domain.ids import ProjectId
from labelgraft.domain.image import Split
from labelgraft.jobs.kinds import JobKind
from labelgraft.services.export_dataset import ExportRequest, export_dataset
from labelgraft.storage.workspace import Workspace

Json = dict[str, Any]


def export_kind(workspace: Workspace) -> JobKind:
    """One step: a format writes beside and renames at the end, so a killed export leaves nothing and begins again."""

    def step(payload: Json) -> Json:
        split = payload.get("split")  # absent in jobs from before it was offered
        values = {
            **payload,
            "folder": Path(payload["folder"]),
            "split": None if split is None else Split(split),
        }
        project_id = ProjectId(values.pop("project_id"))
        losses = export_dataset(workspace, project_id, ExportRequest(**values))
        size = sum(file.stat().st_size for file in values["folder"].rglob("*") if file.is_file())
        return {**asdict(losses), "bytes": size}

    return JobKind("export", lambda arguments: [arguments], step, lambda _arguments, results: results[0])


def loss_report(values: Json) -> LossReport:
    """The report that an export job gave."""
    return LossReport(
        tuple(
            Loss(Severity(each["severity"]), each["what"], each["count"], tuple(each["examples"]))
            for each in values["losses"]
        )
    )
