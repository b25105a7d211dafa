"""Import and embedding as jobs: the pool of worker processes they share, and their plan, step and finish."""

from __future__ import annotations

import shutil
import threading
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from labelgraft.domain.ids import ProjectId
from labelgraft.errors import JobCancelled
from labelgraft.formats.pixels import Limits
from labelgraft.formats.zip_archive import ArchiveLimits
from labelgraft.jobs.kinds import JobKind
from labelgraft.learning.backbones import registry
from labelgraft.learning.backbones.compiled_cache import HALF_WRITTEN
from labelgraft.services import embed_images, import_images
from labelgraft.services.demo_digits import keep_digits
from labelgraft.services.ingest import IngestPool, cores
from labelgraft.services.ingest_messages import NetworkChoice
from labelgraft.services.read_source import ImportRequest
from labelgraft.settings import Settings
from labelgraft.storage import projects
from labelgraft.storage.workspace import Workspace

Json = dict[str, Any]


class IngestJobs:
    """The job kinds that read image files, and the worker processes behind them.

    The workers are started with the first step and kept warm until the bench closes. All jobs share them, each shard
    with the network that it wants.
    """

    def __init__(self, workspace: Workspace, settings: Settings) -> None:
        self.workspace = workspace
        self.workers = settings.workers or cores()
        self.limits = Limits(int(settings.max_image_mpx * 1e6), int(settings.max_image_mb * 1e6))
        self.archives = ArchiveLimits(
            int(settings.max_image_mb * 1e6), total_bytes=int(settings.max_upload_gb * 1e9)
        )
        self.backend = settings.backend
        self.device = settings.device
        self._closed = False
        self._guard = threading.Lock()
        self._pool: IngestPool | None = None
        if workspace.database.is_embedded:  # others may be writing where a server's database is shared
            sweep_converted(workspace.converted_folder)

    def kinds(self) -> tuple[JobKind, ...]:
        """Import, the demo's import, and embed."""
        return (
            JobKind(
                "import", self._plan_import, self._import_step, self._finish_import,
                concurrency=self.workers, unit="images", size=lambda payload: len(payload.get("files", ())),
            ),
            JobKind(
                "demo", self._plan_demo, self._import_step, self._finish_import,
                concurrency=self.workers, unit="images", size=lambda payload: len(payload.get("files", ())),
            ),
            JobKind(
                "embed", self._plan_embed, self._embed_step, self._finish_embed,
                concurrency=self.workers, unit="images", size=lambda payload: len(payload.get("images", ())),
            ),
        )  # fmt: skip

    def close(self) -> None:
        """Stop the worker processes; what they are at is lost, and no others are started."""
        with self._guard:
            self._closed = True
            if self._pool is not None:
                self._pool.close()
                self._pool = None

    def pool(self, choice: NetworkChoice | None) -> IngestPool:
        """The worker processes; who asks first has them load this network at their start.

        Raises JobCancelled once closed.
        """
        with self._guard:
            if self._closed:
                raise JobCancelled("The workspace is being closed. What was finished is kept.")
            if self._pool is None:
                cache = self.workspace.converted_folder
                self._pool = IngestPool(workers=self.workers, network=choice, cache_folder=cache)
            return self._pool

    def _plan_import(self, arguments: Json) -> list[Json]:
        steps = import_images.plan(self.workspace, self._request(arguments), self.workers)
        return [with_context(step, arguments) for step in steps]

    def _plan_demo(self, arguments: Json) -> list[Json]:
        keep_digits(self.workspace.uploads_folder)
        return self._plan_import(arguments)

    def _import_step(self, payload: Json) -> Json:
        if "found" in payload:
            return payload
        choice = network_choice(payload["backbone"], self.backend, self.device)
        project_id = ProjectId(payload["project_id"])
        return import_images.take_in(
            self.workspace, project_id, payload["files"], self.pool(choice), choice, self.limits,
            payload.get("within"),
        )  # fmt: skip

    def _finish_import(self, arguments: Json, results: list[Json]) -> Json:
        return asdict(import_images.finish(self.workspace, self._request(arguments), results))

    def _request(self, arguments: Json) -> ImportRequest:
        return replace(import_request(arguments), archive=self.archives)

    def _plan_embed(self, arguments: Json) -> list[Json]:
        choice = network_choice(arguments["backbone"], self.backend, self.device)
        assert choice is not None  # a job of this kind always names one
        facts = self.pool(choice).facts(choice)
        project_id = ProjectId(arguments["project_id"])
        steps = embed_images.plan(self.workspace, project_id, choice.backbone, facts, self.workers)
        return [with_context(step, arguments) for step in steps]

    def _embed_step(self, payload: Json) -> Json:
        if "facts" in payload:
            return payload
        choice = network_choice(payload["backbone"], self.backend, self.device)
        assert choice is not None
        return embed_images.embed_shard(
            self.workspace, payload["images"], self.pool(choice), choice, self.limits
        )

    def _finish_embed(self, arguments: Json, results: list[Json]) -> Json:
        if arguments.get("use"):
            with self.workspace.database.writing() as connection:
                projects.set_backbone(connection, ProjectId(arguments["project_id"]), arguments["backbone"])
        return asdict(embed_images.finish(arguments["backbone"], results))


def sweep_converted(folder: Path) -> None:
    """Delete networks that a killed worker left half-written; this process is the only one in the workspace."""
    for torn in folder.glob(f"{HALF_WRITTEN}*"):
        shutil.rmtree(torn, ignore_errors=True)


def with_context(step: Json, arguments: Json) -> Json:
    """A step's payload with what it must know of its job; a step may run on another machine than its plan."""
    kept = ("project_id", "backbone", "within")
    return {**step, **{name: arguments[name] for name in kept if name in arguments}}


def import_request(arguments: Json) -> ImportRequest:
    """What to import, from a job's arguments."""
    return ImportRequest(
        project_id=ProjectId(arguments["project_id"]),
        source=Path(arguments["source"]),
        format_name=arguments["format_name"],
        labels=arguments["labels"],
        key=arguments["key"],
        within=None if arguments.get("within") is None else tuple(arguments["within"]),
        name=arguments.get("name"),
    )


def network_choice(
    backbone: str | None, backend: str | None = None, device: str = "cpu"
) -> NetworkChoice | None:
    """The network of a backbone's name. Raises UnknownName, BadSetting."""
    return None if backbone is None else NetworkChoice(registry.get(backbone), backend, device=device)
