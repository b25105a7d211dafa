"""The verbs of background work: look, cancel, go on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from labelgraft.domain.progress import Progress
from labelgraft.jobs import records
from labelgraft.jobs.records import JobStatus
from labelgraft.workbench.engine import Engine


class JobVerbs:
    """The jobs of an open workspace."""

    _engine: Engine

    def jobs(self) -> list[JobStatus]:
        """Every job, newest first."""
        return self._engine.jobs.jobs()

    def job(self, number: int) -> JobStatus:
        """One job. Raises UnknownName."""
        return records.get(self._engine.workspace.root, number)

    def job_result(self, number: int) -> Any:
        """What a finished job gave, as JSON values; None before its end. Raises UnknownName."""
        self.job(number)
        return records.result(self._engine.workspace.root, number)

    def interrupted_jobs(self) -> list[JobStatus]:
        """Jobs whose process ended before they did."""
        return self._engine.jobs.interrupted()

    def cancel_job(self, number: int) -> JobStatus:
        """Stop a job after the steps that run now; what is finished is kept. Raises UnknownName, Conflict."""
        self._engine.jobs.cancel(number)
        return self.job(number)

    def resume_job(self, number: int, on_progress: Callable[[Progress], None] | None = None) -> Any:
        """Go on with a job from its first unfinished step. Raises UnknownName, Conflict, JobCancelled, JobFailed."""
        return self._engine.jobs.resume(number).wait(on_progress)

    def start_resuming(self, number: int) -> JobStatus:
        """Go on with a job and come back at once. Raises UnknownName, Conflict."""
        return self._engine.jobs.resume(number).status()

    def resume_interrupted(self) -> list[JobStatus]:
        """Go on with every interrupted job, oldest first, and come back at once: for the start of a server."""
        return [handle.status() for handle in self._engine.jobs.resume_interrupted()]
