"""A workspace with a project and worker processes, and the import as a job runs it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from labelgraft.domain.ids import ProjectId
from labelgraft.domain.reports import ImportReport
from labelgraft.formats.pixels import Limits
from labelgraft.jobs.kinds import plain_json
from labelgraft.learning.backbones import registry
from labelgraft.services import import_images
from labelgraft.services.ingest import IngestPool
from labelgraft.services.ingest_messages import NetworkChoice
from labelgraft.services.read_source import ImportRequest
from labelgraft.storage.workspace import Workspace

HISTOGRAM = NetworkChoice(registry.get("color-histogram"))


@dataclass
class Bench:
    """What an import needs, and the import as a job would run it."""

    workspace: Workspace
    project_id: ProjectId
    pool: IngestPool

    def request(self, source: Path, *, key: str = "one", labels: bool = True) -> ImportRequest:
        return ImportRequest(self.project_id, source, None, labels, key)

    def add(self, source: Path, *, key: str = "one", lives: int = 1, labels: bool = True) -> ImportReport:
        """Import; with two lives every step runs twice, as after a kill before its result was recorded."""
        request = self.request(source, key=key, labels=labels)
        found, *shards = plain_json(import_images.plan(self.workspace, request, 1), "steps")
        for _ in range(lives):
            results = [found, *(self.take_in(shard["files"]) for shard in shards)]
            report = import_images.finish(self.workspace, request, results)
        return report

    def plan(self, request: ImportRequest) -> list[import_images.Json]:
        """The steps of an import, as its job plans them."""
        return import_images.plan(self.workspace, request, 1)

    def take_in(self, files: list[list[object]], within: list[str] | None = None) -> import_images.Json:
        return import_images.take_in(
            self.workspace, self.project_id, files, self.pool, HISTOGRAM, Limits(), within
        )
