"""What happened in a workspace since the last look: operations, projects, jobs, runs; also by other processes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from labelgraft.domain.ids import ImageId, OperationId, ProjectId, RunId
from labelgraft.domain.model import RunState
from labelgraft.domain.operation import Operation
from labelgraft.jobs import records
from labelgraft.jobs.records import JobStatus
from labelgraft.learning.finetuning.names import METRICS, PROGRESS
from labelgraft.storage import journal, runs, watching
from labelgraft.storage.workspace import Workspace

MOST_OPERATIONS = 500
"""Operations told at a time; who is further behind reads everything anew."""
MOST_IMAGES = 500
"""An operation on more images is told without naming them."""


@dataclass(frozen=True, slots=True)
class OperationSeen:
    """An operation was made. image_ids: None where they are more than MOST_IMAGES."""

    project_id: ProjectId
    operation: Operation
    image_ids: tuple[ImageId, ...] | None


@dataclass(frozen=True, slots=True)
class ProjectSeen:
    """A project was created, deleted, or changed: in project, classes, images, models, rounds, runs or proposals."""

    project_id: ProjectId
    change: str
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class JobSeen:
    """A job began, went on or ended."""

    status: JobStatus


@dataclass(frozen=True, slots=True)
class RunSeen:
    """A run went on. metrics: of the epochs evaluated since the last look; progress: as its folder has it."""

    project_id: ProjectId
    run_id: RunId
    state: RunState
    metrics: tuple[Mapping[str, Any], ...]
    progress: Mapping[str, Any] | None


Seen: TypeAlias = OperationSeen | ProjectSeen | JobSeen | RunSeen


class Watch:
    """Looks when asked to; what was there when it was made is not told. Not for several threads at once."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._files: dict[Path, tuple[int, int]] = {}
        self._lines: dict[RunId, int] = {}
        self._going: set[RunId] = set()
        with workspace.database.reading() as connection:
            self.operation_id = watching.last_operation(connection)
            self._marks = watching.marks(connection)
        self._jobs()
        self._runs()

    def look(self) -> list[Seen]:
        """What happened since the last look, operations in their order first."""
        with self._workspace.database.reading() as connection:
            made = self._operations(self.operation_id)
            found = watching.marks(connection)
        seen: list[Seen] = [*made, *self._projects(found), *self._runs(), *self._jobs()]
        return seen

    def since(self, operation_id: OperationId) -> list[OperationSeen] | None:
        """Operations after that one, up to the last look; None where they are too many to tell."""
        missed = self._read(operation_id)
        reached = [each for each in missed if each.operation.id <= self.operation_id]
        return None if len(missed) >= MOST_OPERATIONS else reached

    def running(self) -> list[JobStatus]:
        """The jobs that run now, newest first."""
        return [
            job for job in records.list_jobs(self._workspace.root) if job.state is records.JobState.RUNNING
        ]

    def _operations(self, after: OperationId) -> list[OperationSeen]:
        made = self._read(after)
        if made:
            self.operation_id = made[-1].operation.id
        return made

    def _read(self, after: OperationId) -> list[OperationSeen]:
        with self._workspace.database.reading() as connection:
            found = watching.operations_after(connection, after, MOST_OPERATIONS)
            return [
                OperationSeen(
                    project_id,
                    each,
                    tuple(journal.image_ids(connection, each.id))
                    if each.image_count <= MOST_IMAGES
                    else None,
                )
                for project_id, each in found
            ]

    def _projects(self, found: dict[ProjectId, watching.Marks]) -> list[ProjectSeen]:
        before, self._marks = self._marks, found
        seen = [ProjectSeen(gone, "deleted", ()) for gone in before.keys() - found.keys()]
        seen += [ProjectSeen(new, "created", ()) for new in found.keys() - before.keys()]
        for project_id in before.keys() & found.keys():
            old, new = before[project_id], found[project_id]
            parts = tuple(part for part in new if new[part] != old[part])
            if parts:
                seen.append(ProjectSeen(project_id, "changed", parts))
        return seen

    def _jobs(self) -> list[JobSeen]:
        folder = records.jobs_folder(self._workspace.root)
        changed = sorted(path for path in folder.glob("*/job.json") if self._has_changed(path))
        found = (records.read(self._workspace.root, int(path.parent.name)) for path in changed)
        return [JobSeen(status) for status in found if status is not None]

    def _runs(self) -> list[RunSeen]:
        """Runs that go on, and once more those that have just ended."""
        with self._workspace.database.reading() as connection:
            going = {run.id: run for run in runs.in_state(connection, RunState.RUNNING)}
            ended = {number: runs.get(connection, number) for number in self._going - going.keys()}
            projects = {number: runs.project_of(connection, number) for number in (*going, *ended)}
        self._going = set(going)
        seen = []
        for number, run in {**ended, **going}.items():
            place = Path(run.folder)
            files = [self._has_changed(place / name) for name in (METRICS, PROGRESS)]
            if any(files) or number in ended:
                progress = _json(place / PROGRESS)
                seen.append(
                    RunSeen(projects[number], number, run.state, self._new_lines(number, place), progress)
                )
        return seen

    def _new_lines(self, number: RunId, folder: Path) -> tuple[Mapping[str, Any], ...]:
        try:
            lines = (
                (folder / METRICS).read_bytes().split(b"\n")[:-1]
            )  # what follows the last end of line is being written
        except OSError:
            return ()
        told, self._lines[number] = self._lines.get(number, 0), len(lines)
        return tuple(json.loads(line) for line in lines[told:])

    def _has_changed(self, path: Path) -> bool:
        try:
            found = path.stat()
        except OSError:
            return False
        mark = (found.st_mtime_ns, found.st_ino)
        if self._files.get(path) == mark:
            return False
        self._files[path] = mark
        return True


def _json(path: Path) -> Mapping[str, Any] | None:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None
