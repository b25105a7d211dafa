"""Opens a workspace: `labelgraft.open("folder")`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from labelgraft.domain.annotation import Author
from labelgraft.domain.backbone import Backbone
from labelgraft.domain.ids import ProjectId
from labelgraft.domain.project import Task
from labelgraft.domain.shapes.keypoints import Skeleton
from labelgraft.errors import BadInput, BadSetting
from labelgraft.jobs import records
from labelgraft.jobs.records import JobStatus
from labelgraft.learning.backbones import registry
from labelgraft.settings import Settings, read_settings
from labelgraft.storage import backup, projects
from labelgraft.storage.classes import ensure as ensure_classes
from labelgraft.storage.workspace import Workspace, restore
from labelgraft.workbench.backbone_verbs import BackboneVerbs
from labelgraft.workbench.engine import Engine
from labelgraft.workbench.job_verbs import JobVerbs
from labelgraft.workbench.picture_verbs import Pictures
from labelgraft.workbench.project import ProjectBench
from labelgraft.workbench.upload_verbs import UploadVerbs
from labelgraft.workbench.watch import Watch

__all__ = ["JobStatus", "Workbench", "cancel_job", "catalogue", "list_jobs", "open"]


def open(
    folder: str | Path | None = None, *, create: bool = False, address: str = "command line"
) -> Workbench:
    """Open the workspace in a folder; None: the one that the settings name, ~/labelgraft by default.

    create: make it where there is none. address: where this process can be reached, told to others who try.
    Raises WorkspaceMissing, WorkspaceLocked, WorkspaceDamaged, WorkspaceTooNew, WorkspaceUnwritable, BadSetting.
    """
    settings = read_settings(Path(folder) if folder is not None else None)
    workspace = Workspace.open(
        settings.workspace, create=create, address=address, database_url=settings.database_url
    )
    try:
        return Workbench(workspace, settings)
    except BaseException:
        workspace.close()
        raise


def list_jobs(folder: Path | None = None) -> list[JobStatus]:
    """The jobs of a workspace, newest first, also while another process has it open."""
    return records.list_jobs(read_settings(folder).workspace)


def cancel_job(folder: Path | None, number: int) -> None:
    """Ask a job to stop after its current steps, whichever process runs it. Raises UnknownName, Conflict."""
    records.request_cancel(read_settings(folder).workspace, number)


def list_backups(folder: Path | None = None) -> tuple[Path, ...]:
    """The backups of a workspace's database, oldest first."""
    return backup.listed(read_settings(folder).workspace)


def restore_backup(folder: Path | None = None, chosen: Path | None = None) -> Path:
    """Put a backup, the newest for None, in place of the database; the present files are kept aside.

    Gives the backup used. Raises WorkspaceLocked, WorkspaceMissing without a backup, BadInput.
    """
    return restore(read_settings(folder).workspace, chosen)


def catalogue() -> tuple[Backbone, ...]:
    """Every backbone that has a name of its own."""
    return registry.catalogue()


class Workbench(JobVerbs, BackboneVerbs, UploadVerbs):
    """An open workspace: its projects and its background work. Use it as a context manager, or call close."""

    def __init__(self, workspace: Workspace, settings: Settings) -> None:
        self.settings = settings
        self._engine = Engine(workspace, settings)

    @property
    def folder(self) -> Path:
        """Where everything is kept."""
        return self._engine.workspace.root

    def projects(self) -> list[ProjectBench]:
        """Every project, by name."""
        with self._engine.workspace.database.reading() as connection:
            found = projects.list_all(connection)
        return [ProjectBench(self._engine, each.id) for each in found]

    def new_project(
        self, name: str, *, task: Task | str = Task.CLASSIFICATION, multi_label: bool = False,
        classes: Sequence[str] = (), skeletons: Mapping[str, Skeleton] | None = None, backbone: str = registry.DEFAULT,
    ) -> ProjectBench:  # fmt: skip
        """Begin a project; skeletons: by class name, for those whose keypoints are known.

        Raises AlreadyExists, UnknownName (backbone), BadSetting, BadInput (no name).
        """
        if not name.strip():
            raise BadInput("A project needs a name that is not empty. Nothing was created.")
        if multi_label and Task(task).draws_shapes:
            raise BadSetting(
                f"multi_label: it is for classification, and the task is {Task(task).value}. Nothing was created."
            )
        registry.get(backbone)
        with self._engine.workspace.database.writing() as connection:
            made = projects.create(
                connection, name=name, task=Task(task), multi_label=multi_label, backbone=backbone
            )
            ensure_classes(connection, made.id, [*classes, *(skeletons or {})], skeletons)
        return ProjectBench(self._engine, made.id)

    def project(self, name: str) -> ProjectBench:
        """The project of that name. Raises UnknownName, with near names."""
        with self._engine.workspace.database.reading() as connection:
            return ProjectBench(self._engine, projects.by_name(connection, name).id)

    def project_by_id(self, project_id: ProjectId) -> ProjectBench:
        """The project of that number. Raises UnknownName."""
        with self._engine.workspace.database.reading() as connection:
            return ProjectBench(self._engine, projects.get(connection, project_id).id)

    @property
    def person(self) -> Author:
        """Who labels in this process: the author of its operations."""
        return self._engine.person

    @property
    def pictures(self) -> Pictures:
        """Thumbnails and large pictures, by content hash."""
        return self._engine.pictures

    def watch(self) -> Watch:
        """Somebody who can be asked again and again what has happened since."""
        return Watch(self._engine.workspace)

    def make_ready(self) -> None:
        """Begin to read, in the background, what the first gesture in the project worked on last will need."""
        newest = max(self.projects(), key=lambda each: each.card().last_activity, default=None)
        if newest is not None:
            self._engine.compact.make_ahead(self._engine.workspace, newest.id)

    def warm_up(self) -> None:
        """Start the compute process of jobs and have it load all that maps need: seconds that nobody then waits for."""
        self._engine.for_jobs.call("labelgraft.learning.projection.warm_up")

    def close(self) -> None:
        """Stop what runs and let others open the workspace; a second time does nothing."""
        self._engine.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._engine.close(at_once=kind is KeyboardInterrupt)
