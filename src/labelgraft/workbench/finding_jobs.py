"""Models that find shapes, as jobs: their plan, step and finish."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from labelgraft.domain.ids import ModelId, ProjectId
from labelgraft.jobs.kinds import JobKind
from labelgraft.services import find_shapes
from labelgraft.storage.workspace import Workspace
from labelgraft.workbench.ingest_jobs import IngestJobs

Json = dict[str, Any]

KIND = "find-shapes"


class FindingJobs:
    """The job kind that has a model find shapes, in the worker processes that read image files."""

    def __init__(self, workspace: Workspace, ingest: IngestJobs) -> None:
        self.workspace = workspace
        self.ingest = ingest

    def kinds(self) -> tuple[JobKind, ...]:
        """Find shapes; every shard's proposals are there as soon as it is done."""
        return (
            JobKind(
                KIND, self._plan, self._step, self._finish,
                concurrency=self.ingest.workers, unit="images", size=lambda payload: len(payload["images"]),
            ),
        )  # fmt: skip

    def _plan(self, arguments: Json) -> list[Json]:
        self._finding(arguments)  # what is wrong with the model is said before anything begins
        ids = arguments.get("image_ids")
        if ids is None:
            ids = find_shapes.unfinished(self.workspace, ProjectId(arguments["project_id"])).tolist()
        about = {name: arguments[name] for name in ("project_id", "model_id", "key")}
        return [{**shard, **about} for shard in find_shapes.plan(ids, self.ingest.workers)]

    def _step(self, payload: Json) -> Json:
        return find_shapes.find_shard(
            self.workspace, self._finding(payload), payload["images"], self.ingest.pool(None), self.ingest.limits,
            payload["key"],
        )  # fmt: skip

    def _finish(self, arguments: Json, results: list[Json]) -> Json:
        return asdict(find_shapes.finish(self.workspace, self._finding(arguments), results, arguments["key"]))

    def _finding(self, about: Json) -> find_shapes.FindingModel:
        return find_shapes.finding_model(
            self.workspace, ProjectId(about["project_id"]), ModelId(about["model_id"])
        )
