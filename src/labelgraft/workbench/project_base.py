"""What all verbs of a project share: the machinery, the project's number, its present facts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from labelgraft.domain.ids import ClassId, ProjectId
from labelgraft.domain.progress import Progress
from labelgraft.domain.project import LabelClass, Project
from labelgraft.domain.selection import Selection
from labelgraft.domain.selector import Selector
from labelgraft.jobs.records import JobStatus
from labelgraft.jobs.runner import JobHandle
from labelgraft.services.select_images import select_images
from labelgraft.storage import classes, projects
from labelgraft.workbench.engine import Engine

OnProgress: TypeAlias = Callable[[Progress], None]


class ProjectBase:
    """A project of an open workspace."""

    def __init__(self, engine: Engine, project_id: ProjectId) -> None:
        self._engine = engine
        self._workspace = engine.workspace
        self.id = project_id

    @property
    def info(self) -> Project:
        """The project's facts at this moment. Raises BadInput if it was deleted."""
        with self._workspace.database.reading() as connection:
            return projects.get(connection, self.id)

    @property
    def name(self) -> str:
        """What it is called."""
        return self.info.name

    def classes(self) -> tuple[LabelClass, ...]:
        """The classes in order."""
        with self._workspace.database.reading() as connection:
            return classes.of_project(connection, self.id)

    def choose(self, selector: Selector) -> Selection:
        """The images that a selector means. Raises BadSetting, BadInput, UnknownName."""
        return select_images(self._workspace, self.id, selector, self._engine.compact)

    def _class_id(self, name: str) -> ClassId:
        """Raises UnknownName, with near names."""
        with self._workspace.database.reading() as connection:
            return classes.by_name(connection, self.id, name).id

    def _job(self, kind: str, title: str, arguments: dict[str, Any], on_progress: OnProgress | None) -> Any:
        """Run a job to its end and give its result; an interrupted one of the same call is over with that."""
        return self._begin(kind, title, arguments).wait(on_progress)

    def _start(self, kind: str, title: str, arguments: dict[str, Any]) -> JobStatus:
        """Start a job and come back at once, with its number and first status; for the web."""
        return self._begin(kind, title, arguments).status()

    def _begin(self, kind: str, title: str, arguments: dict[str, Any]) -> JobHandle:
        about = {**arguments, "project_id": self.id}
        if kind != "train":  # a run goes on from its checkpoint, and only when asked to
            self._engine.supersede(kind, about)
        return self._engine.start_job(kind, title, about)
