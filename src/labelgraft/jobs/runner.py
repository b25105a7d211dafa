"""Starts, follows, stops and resumes jobs: what the workbench uses."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labelgraft.domain.progress import Progress
from labelgraft.errors import AlreadyExists, Conflict, UnknownName
from labelgraft.jobs import records
from labelgraft.jobs.kinds import Arguments, JobKind, plain_json
from labelgraft.jobs.owner import this_process
from labelgraft.jobs.records import JobState, JobStatus
from labelgraft.jobs.run import Run

if TYPE_CHECKING:
    from labelgraft.jobs.engine import Engine

KEPT_JOBS = 100
"""Finished jobs whose records are kept, so that listing stays quick."""
TELL_EVERY_SECONDS = 0.1

OnProgress = Callable[[Progress], None]


class JobHandle:
    """A job that this process runs."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self.number = run.number

    def wait(self, on_progress: OnProgress | None = None) -> Any:
        """The job's result, once it is there.

        on_progress: called in this thread, at most ten times a second, and once at the end.
        Ctrl+C cancels the job: the steps that run end, what is finished is kept. A second one leaves at once.
        Raises: JobCancelled; JobFailed or whatever error of ours the job stopped with.
        """
        try:
            self._follow(on_progress)
        except KeyboardInterrupt:
            self.cancel()
            self._follow(on_progress)
        return self._run.outcome()

    def _follow(self, on_progress: OnProgress | None) -> None:
        seen = 0
        while not self._run.is_over:
            seen = self._run.wait_for_change(seen, 0.5)
            self._run.stop_requested()  # a cancel from another process shows even while a long step runs
            if on_progress is not None:
                on_progress(self._run.progress())
                time.sleep(TELL_EVERY_SECONDS if not self._run.is_over else 0)
        if on_progress is not None:
            on_progress(self._run.status().progress)

    def status(self) -> JobStatus:
        """The job at this moment."""
        return self._run.status()

    def cancel(self) -> None:
        """Stop after the steps that run now; what is finished is kept. Returns at once."""
        self._run.stop(JobState.CANCELLED)


class JobRunner:
    """Runs the jobs of one workspace in this process.

    The job engine is started with the first job, and works for one workspace per process at a time. Only
    the process that has the workspace's lock may have a runner; any may use list_jobs and request_cancel.

    folder: the workspace. database_url: where the engine keeps the finished steps; None for the workspace's
    jobs.sqlite, which is expendable: without it an interrupted job starts again from its first step.
    """

    def __init__(self, folder: Path, database_url: str | None = None) -> None:
        self._folder = folder
        self._database: Path | str = database_url or folder / "jobs.sqlite"
        self._kinds: dict[str, JobKind] = {}
        self._engine: Engine | None = None
        self._runs: list[Run] = []

    def __enter__(self) -> JobRunner:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def register(self, kind: JobKind) -> None:
        """Make a kind of job known; register all of them before the first start.

        Raises: AlreadyExists if its name is taken.
        """
        if kind.name in self._kinds:
            raise AlreadyExists(f"A job kind is called {kind.name!r} already.")
        self._kinds[kind.name] = kind

    def start(self, kind: str, title: str, arguments: Arguments) -> JobHandle:
        """Start a job; returns at once.

        title: what the user reads of it in lists. arguments: JSON.
        Raises: UnknownName if the kind is not registered; Unreachable if the database is.
        """
        of_kind = self._kind(kind)
        arguments = plain_json(arguments, "the arguments of a job")
        engine = self._launched()
        self._prune(engine)
        number = records.claim_number(self._folder)
        status = records.new_status(number, kind, title, arguments, of_kind.unit, of_kind.concurrency)
        run = self._begin(of_kind, status)
        run.log(f"{title}: started")
        engine.start(run)
        return JobHandle(run)

    def resume(self, number: int) -> JobHandle:
        """Go on with an interrupted, failed or cancelled job from its first unfinished step; returns at once.

        Raises: UnknownName if there is no such job; Conflict if it runs or is finished.
        """
        status = records.get(self._folder, number)
        if not status.state.resumable:
            raise Conflict(f"Job {number}, {status.title}, is {status.state}. There is nothing to resume.")
        kind = self._kind(status.kind)
        engine = self._launched()
        records.cancel_flag(self._folder, number).unlink(missing_ok=True)
        again = replace(
            status, state=JobState.RUNNING, owner=this_process(), ended=None, reason="", message=""
        )
        run = self._begin(kind, again)
        run.log("resumed")
        if not engine.resume(run):
            run.log("Which steps were finished is not known any more: all of them run again.")
            engine.start(run)
        return JobHandle(run)

    def resume_interrupted(self) -> list[JobHandle]:
        """Go on with every interrupted job of a registered kind, oldest first: for a server's start."""
        waiting = [each for each in reversed(self.interrupted()) if each.kind in self._kinds]
        return [self.resume(each.number) for each in waiting]

    def cancel(self, number: int) -> None:
        """Stop a job after the steps that run now, whichever process runs it; what is finished is kept.

        Raises: UnknownName if there is no such job; Conflict if it is finished.
        """
        running = next((run for run in self._runs if run.number == number and not run.is_over), None)
        if running is None:
            records.request_cancel(self._folder, number)
        else:
            running.stop(JobState.CANCELLED)

    def listen(self) -> None:
        """Start the engine now, to share the jobs that other processes run on the same database."""
        self._launched()

    def jobs(self) -> list[JobStatus]:
        """Every job of the workspace, newest first."""
        return records.list_jobs(self._folder)

    def interrupted(self) -> list[JobStatus]:
        """The jobs whose process ended before they did, newest first."""
        return [status for status in self.jobs() if status.state is JobState.INTERRUPTED]

    def close(self) -> None:
        """Stop what runs after its current steps, as interrupted, and shut the engine down."""
        for run in self._runs:
            run.stop(JobState.INTERRUPTED)
        for run in self._runs:
            while not run.is_over:
                run.wait_for_change(-1, 0.0)
                time.sleep(0.01)
        if self._engine is not None:
            self._engine.close()

    def _kind(self, name: str) -> JobKind:
        if name not in self._kinds:
            raise UnknownName("job kind", name, self._kinds)
        return self._kinds[name]

    def _launched(self) -> Engine:
        if self._engine is None:
            from labelgraft.jobs.engine import (
                Engine,
            )  # DBOS: half a second that commands without jobs do not pay

            self._engine = Engine(self._folder, self._database, self._kinds)
        self._engine.launch()
        return self._engine

    def _begin(self, kind: JobKind, status: JobStatus) -> Run:
        records.write(self._folder, status)
        run = Run(self._folder, kind, records.get(self._folder, status.number))
        self._runs = [each for each in self._runs if not each.is_over]
        self._runs.append(run)
        return run

    def _prune(self, engine: Engine) -> None:
        finished = [status for status in self.jobs() if status.state is JobState.FINISHED]
        old = finished[KEPT_JOBS:]
        engine.forget(status.workflow for status in old)
        for status in old:
            shutil.rmtree(records.job_folder(self._folder, status.number), ignore_errors=True)
