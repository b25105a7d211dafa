"""What every verb of an open workspace shares: storage, jobs, worker processes, two warm compute processes."""

from __future__ import annotations

import getpass
import threading
from functools import cached_property
from typing import Any

from labelgraft.domain.annotation import Author, AuthorKind
from labelgraft.domain.model import RunState
from labelgraft.errors import JobCancelled
from labelgraft.jobs.runner import JobHandle, JobRunner
from labelgraft.learning.resident import Resident
from labelgraft.services.compact_vectors import CompactVectors
from labelgraft.services.receive_files import UploadLimits, Uploads
from labelgraft.settings import Settings
from labelgraft.storage import backup, runs
from labelgraft.storage.workspace import Workspace
from labelgraft.workbench.curve_keeper import CurveKeeper
from labelgraft.workbench.export_jobs import export_kind
from labelgraft.workbench.finding_jobs import FindingJobs
from labelgraft.workbench.ingest_jobs import IngestJobs
from labelgraft.workbench.kept import Kept, Newest
from labelgraft.workbench.learning_jobs import LearningJobs
from labelgraft.workbench.picture_verbs import Pictures

BACKUP_CHECK_SECONDS = 60.0

MOST_UPLOADED_FILES = 1_000_000
"""Of one upload."""

ONCE = "key"
"""The argument that makes a job's operation happen once; different in each call."""


class Engine:
    """The machinery behind a workbench; each part starts when it is first used."""

    def __init__(self, workspace: Workspace, settings: Settings) -> None:
        self.workspace = workspace
        self.settings = settings
        self.ingest = IngestJobs(workspace, settings)
        self._guard = threading.Lock()
        self._computing: dict[str, Resident] = {}
        self.kept = Kept()
        self.newest = Newest()
        self.curves = CurveKeeper()
        self.compact = CompactVectors()
        self.pictures = Pictures(workspace, self.ingest)
        self.uploads = Uploads(workspace.uploads_folder, upload_limits(settings))
        self.jobs = JobRunner(workspace.root, settings.database_url)
        learning = LearningJobs(
            workspace, self.ingest, lambda: self.for_jobs, self.person, int(1e9 * settings.cache_gb)
        )
        self._closing = threading.Event()
        self._starting = threading.Lock()
        if workspace.database.is_embedded:
            say_interrupted(workspace)
            threading.Thread(target=self._back_up_now_and_then, daemon=True).start()
        finding = FindingJobs(workspace, self.ingest)
        for kind in (*self.ingest.kinds(), *learning.kinds(), *finding.kinds(), export_kind(workspace)):
            self.jobs.register(kind)

    @property
    def for_jobs(self) -> Resident:
        """The warm compute process of maps, trainings and predictions. Raises JobCancelled once closed."""
        return self._resident("jobs")

    @property
    def for_answers(self) -> Resident:
        """The one for short answers to somebody who waits: no job ever holds it. Raises JobCancelled once closed."""
        return self._resident("answers")

    @property
    def for_long_answers(self) -> Resident:
        """The one for comparisons and curves, which take seconds: that of the jobs, unless a job is at work there.

        So a lasso or a queue waits for a comparison only while a job runs as well. Raises JobCancelled once closed.
        """
        jobs = self.for_jobs
        return self.for_answers if jobs.is_busy else jobs

    def _resident(self, work: str) -> Resident:
        with self._guard:  # a server asks from several threads, and each kind of work is to have one process
            if work not in self._computing:
                if self._closing.is_set():
                    raise JobCancelled("The workspace is being closed. Nothing was computed.")
                self._computing[work] = Resident()
            return self._computing[work]

    def _end_computing(self) -> None:
        with self._guard:
            processes = list(self._computing.values())
        for process in processes:
            process.close()

    @cached_property
    def person(self) -> Author:
        """Who labels in this process."""
        try:
            return Author(AuthorKind.PERSON, getpass.getuser())
        except OSError:
            return Author(AuthorKind.PERSON, "somebody")

    def _back_up_now_and_then(self) -> None:
        """While the workspace is open, a new backup whenever the last one is old."""
        while not self._closing.wait(BACKUP_CHECK_SECONDS):
            backup.make_if_due(
                self.workspace.database, self.workspace.root,
                every_seconds=3600 * self.settings.backup_hours, kept=self.settings.backups_kept,
            )  # fmt: skip

    def start_job(self, kind: str, title: str, arguments: dict[str, Any]) -> JobHandle:
        """Start a job; returns at once. Raises what JobRunner.start does, and JobCancelled once closed."""
        with self._starting:  # nobody closes the engine of jobs under it
            if self._closing.is_set():
                raise JobCancelled("The workspace is being closed. No job was started.")
            return self.jobs.start(kind, title, arguments)

    def supersede(self, kind: str, arguments: dict[str, Any]) -> None:
        """Cancel interrupted jobs that the same call begins anew, so that nobody is asked to go on with them."""
        about = {name: value for name, value in arguments.items() if name != ONCE}
        for job in self.jobs.interrupted():
            if job.kind == kind and {n: v for n, v in job.arguments.items() if n != ONCE} == about:
                self.jobs.cancel(job.number)

    def close(self, *, at_once: bool = False) -> None:
        """Stop everything and close the workspace; a second time does nothing.

        at_once: do not let the steps that run now end; their work is lost, what was finished before is kept.
        """
        with self._starting:
            self._closing.set()
        self.compact.close()
        if at_once:
            self.ingest.close()
            self._end_computing()
        self.pictures.close()
        self.jobs.close()
        self.ingest.close()
        self._end_computing()
        self.curves.close()
        self.workspace.close()


def upload_limits(settings: Settings) -> UploadLimits:
    """What uploads may take."""
    return UploadLimits(
        image_bytes=int(1e6 * settings.max_image_mb), files=MOST_UPLOADED_FILES,
        total_bytes=int(1e9 * settings.max_upload_gb),
    )  # fmt: skip


def say_interrupted(workspace: Workspace) -> None:
    """Runs that a process left running which is no more: this process is the only one in the workspace."""
    with workspace.database.reading() as connection:
        left = runs.in_state(connection, RunState.RUNNING)
    if left:
        with workspace.database.writing() as connection:
            for run in left:
                reason = f"Its process ended before it did. Go on: labelgraft train PROJECT --resume {run.id}"
                runs.change_state(connection, run.id, RunState.INTERRUPTED, reason=reason)
