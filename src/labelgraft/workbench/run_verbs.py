"""The verbs of runs: begin, follow, stop, go on, and what they may be told."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from labelgraft.domain.ids import ModelId, RunId
from labelgraft.domain.live_run import LiveRun, TrainingEstimate
from labelgraft.domain.model import Model, Run, RunState
from labelgraft.domain.training import HeadKind, SettingHelp, TrainingSettings, settings_help
from labelgraft.jobs.records import JobState, JobStatus
from labelgraft.learning.backbones import registry
from labelgraft.services import follow_run as following
from labelgraft.services.estimate_training import TrainingPace, estimate_training, probe_pace
from labelgraft.services.read_labels import need_labels, read_labels
from labelgraft.services.train_model import begin_run
from labelgraft.services.train_shapes import finished_images
from labelgraft.storage import models, runs
from labelgraft.workbench.project_base import OnProgress, ProjectBase


class RunVerbs(ProjectBase):
    """Train, follow, stop, resume."""

    def training_settings(self, head: HeadKind | str | None = None) -> tuple[SettingHelp, ...]:
        """Every setting of a training in the order of a form; head: only those that have an effect with it."""
        rows = settings_help(draws_shapes=self.info.task.draws_shapes)
        return rows if head is None else tuple(row for row in rows if HeadKind(head) in row.heads)

    def train(
        self, settings: TrainingSettings | None = None, *, on_progress: OnProgress | None = None
    ) -> Model:
        """Train a model on the labels so far; it becomes the active one. Ctrl+C keeps the last finished epoch.

        Raises NothingLabelled, NotEnoughLabels, BadSetting, TrainingDiverged, OutOfMemory, JobFailed.
        """
        _, title, arguments = self._begun(settings or TrainingSettings())
        return self._model(self._job("train", title, arguments, on_progress)["model_id"])

    def start_run(self, settings: TrainingSettings | None = None) -> tuple[Run, JobStatus]:
        """Begin a training and come back at once; `run` follows it.

        Raises NothingLabelled, AlreadyExists (a model has the name), UnknownName (backbone).
        """
        run, title, arguments = self._begun(settings or TrainingSettings())
        return run, self._start("train", title, arguments)

    def estimate_training(
        self, settings: TrainingSettings | None = None, *, probe: bool = True
    ) -> TrainingEstimate | None:
        """How long a training may take: by earlier runs on this machine, else by a short probe of its backbone.

        probe: False answers at once, with None where nothing was measured yet. Raises NothingLabelled.
        """
        pace = self._probe if probe else None
        return estimate_training(self._workspace, self.id, settings or TrainingSettings(), pace)

    def resume_run(self, run: int, *, on_progress: OnProgress | None = None) -> Model:
        """Go on with a run that ended before it gave a model, from its last checkpoint. Raises UnknownName, Conflict."""
        title, arguments = self._taken_up(run)
        return self._model(self._job("train", title, arguments, on_progress)["model_id"])

    def start_resuming_run(self, run: int) -> JobStatus:
        """As resume_run, and come back at once."""
        return self._start("train", *self._taken_up(run))

    def stop_run(self, run: int) -> LiveRun:
        """End a training after its current step; its last finished epoch is the model. Raises UnknownName, Conflict."""
        found = self._run(run)
        following.ask_to_stop(found)
        job = self._job_of(found.id)
        if job is not None and job.state is JobState.RUNNING:
            self._engine.jobs.cancel(job.number)
        return self.run(run)

    def run(self, run: int, *, after: int = 0) -> LiveRun:
        """A run with its metrics from epoch number `after` on, counted from 0. Raises UnknownName."""
        found = self._run(run)
        job = self._job_of(found.id)
        return following.follow_run(
            self._workspace, self.id, found, after=after, job=None if job is None else job.number
        )

    def runs(self) -> tuple[Run, ...]:
        """Every run, oldest first."""
        with self._workspace.database.reading() as connection:
            listed = runs.list_all(connection, self.id)
        return tuple(self._settled(run) if run.state is RunState.RUNNING else run for run in listed)

    def _begun(self, settings: TrainingSettings) -> tuple[Run, str, dict[str, object]]:
        """A new run, and the job that is to train it."""
        if self.info.task.draws_shapes:
            finished_images(self._workspace, self.id)
        else:
            need_labels(read_labels(self._workspace, self.id))
        if settings.backbone:
            registry.get(settings.backbone)
        run, settings = begin_run(self._workspace, self.id, settings)
        arguments = {
            "settings": settings.as_mapping(), "key": uuid.uuid4().hex, "run_id": int(run.id),
        }  # fmt: skip
        return run, f"Training {run.name} in {self.name}", arguments

    def _taken_up(self, number: int) -> tuple[str, dict[str, object]]:
        """The job that goes on with a run; the one that it had before is over with that."""
        run = self._run(number)
        following.check_resumable(self._workspace, self.id, run)
        old = self._job_of(run.id)
        if old is not None and old.state is JobState.INTERRUPTED:
            self._engine.jobs.cancel(old.number)
        arguments = {"settings": dict(run.settings), "key": uuid.uuid4().hex, "run_id": int(run.id)}
        return f"Training {run.name} in {self.name}", arguments

    def _run(self, number: int) -> Run:
        return self._settled(following.get_run(self._workspace, self.id, RunId(number)))

    def _settled(self, run: Run) -> Run:
        """The run, marked as over where its job is and could not say so."""
        job = self._job_of(run.id) if run.state is RunState.RUNNING else None
        if job is None or job.state is JobState.RUNNING:
            return run
        now = following.get_run(self._workspace, self.id, run.id)
        if now.state is not RunState.RUNNING:  # it ended while we looked
            return now
        return following.say_over(self._workspace, now, cancelled=job.state is JobState.CANCELLED)

    def _job_of(self, run_id: RunId) -> JobStatus | None:
        """The newest job of a run."""
        listed = self._engine.jobs.jobs()
        return next((job for job in listed if job.arguments.get("run_id") == run_id), None)

    def _model(self, model_id: int) -> Model:
        with self._workspace.database.reading() as connection:
            return models.get(connection, self.id, ModelId(model_id))

    @property
    def _probe(self) -> Callable[[str, str], TrainingPace]:
        """Measures the pace of a backbone on a device, once while the workspace is open."""
        engine = self._engine
        return lambda backbone, device: engine.kept.get(
            ("pace", backbone, device), lambda: probe_pace(engine.for_answers, backbone, device)
        )
