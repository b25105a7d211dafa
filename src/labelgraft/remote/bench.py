"""An open workspace on the other side of HTTP."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from labelgraft.domain.ids import ProjectId
from labelgraft.domain.json_values import to_json
from labelgraft.domain.progress import Progress
from labelgraft.domain.project import Task
from labelgraft.domain.shapes.keypoints import Skeleton
from labelgraft.errors import UnknownName
from labelgraft.remote.following import Job, follow
from labelgraft.remote.project import RemoteProject
from labelgraft.remote.verb import Caller, verb
from labelgraft.workbench.facts import DEFAULT_BACKBONE
from labelgraft.workbench.front_door import Workbench


class RemoteWorkbench(Caller):
    """The same verbs as `labelgraft.open(folder)`, in a server that has the workspace open."""

    @property
    def folder(self) -> Path:
        """Where everything is kept, on the server's machine."""
        return Path(self._connection.get("/about")["workspace"])

    def projects(self) -> list[RemoteProject]:
        """Every project, oldest first."""
        return [self.project_by_id(each["id"]) for each in self._connection.get("/projects")]

    def new_project(
        self, name: str, *, task: Task | str = Task.CLASSIFICATION, multi_label: bool = False,
        classes: Sequence[str] = (), skeletons: Mapping[str, Skeleton] | None = None, backbone: str = DEFAULT_BACKBONE,
    ) -> RemoteProject:  # fmt: skip
        """Begin a project; skeletons: by class name, for those whose keypoints are known.

        Raises AlreadyExists, UnknownName (backbone), BadSetting, BadInput (no name).
        """
        wanted = {
            "name": name, "task": Task(task).value, "multi_label": multi_label, "classes": list(classes),
            "backbone": backbone, "skeletons": {each: to_json(known) for each, known in (skeletons or {}).items()},
        }  # fmt: skip
        return self.project_by_id(self._connection.send("POST", "/projects", wanted)["id"])

    def project(self, name: str) -> RemoteProject:
        """The project of that name. Raises UnknownName, with near names."""
        known = {each["name"]: each["id"] for each in self._connection.get("/projects")}
        if name not in known:
            raise UnknownName("project", name, known)
        return self.project_by_id(known[name])

    def project_by_id(self, project_id: ProjectId) -> RemoteProject:
        """The project of that number."""
        return RemoteProject(self._connection, project_id)

    jobs = verb(Workbench.jobs)
    job = verb(Workbench.job)
    job_result = verb(Workbench.job_result)
    interrupted_jobs = verb(Workbench.interrupted_jobs)
    cancel_job = verb(Workbench.cancel_job)
    start_resuming = verb(Workbench.start_resuming)
    devices = verb(Workbench.devices)
    backbones = verb(Workbench.backbones)

    def resume_job(self, number: int, on_progress: Callable[[Progress], None] | None = None) -> Any:
        """Go on with a job from its first unfinished step. Raises UnknownName, Conflict, JobCancelled, JobFailed."""
        self.start_resuming(number)
        return follow(Job(self._connection, number), on_progress)

    def new_link(self) -> str:
        """An address that opens one more browser session, once."""
        return str(self._connection.send("POST", "/start-links")["url"])

    def close(self) -> None:
        """Hang up; the server goes on."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()
