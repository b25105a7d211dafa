"""One job while this process runs it: its progress, its stop and its end."""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from labelgraft.domain.progress import Progress
from labelgraft.errors import JobCancelled, LabelgraftError
from labelgraft.jobs import records
from labelgraft.jobs.controls import StepControls, step_controls
from labelgraft.jobs.kinds import JobKind, Payload, plain_json
from labelgraft.jobs.rate import RateMeter
from labelgraft.jobs.reasons import explain
from labelgraft.jobs.records import JobState, JobStatus

PERSIST_EVERY_SECONDS = 0.5


class Stopped(BaseException):
    """Leaves the job engine without an outcome, so that the same step runs again on resume.

    Not an Exception: the engine would record that as the step's result and give it back for ever.
    """


class Run:
    """A job that this process runs. Every method may be called from any thread."""

    def __init__(self, folder: Path, kind: JobKind, status: JobStatus) -> None:
        self.kind = kind
        self.number = status.number
        self._folder = folder
        self._place = records.job_folder(folder, status.number)
        self._status = status
        self._changed = threading.Condition()
        self._changes = 0
        self._sizes: list[int] = []
        self._ended: set[int] = set()
        self._partial: dict[int, int] = {}
        self._message = ""
        self._meter: RateMeter | None = None
        self._persisted = 0.0
        self._stopping: JobState | None = None
        self._error: LabelgraftError | None = None
        self._result: Any = None

    # What the job does, each part at most once per life of the job.

    def plan(self) -> list[Payload]:
        """The payloads of the steps."""
        payloads: list[Payload] = self.guarded(lambda: self.kind.plan(self._status.arguments), "the plan")
        return payloads

    def planned(self, payloads: Sequence[Payload]) -> None:
        """The plan is known, now or from an earlier life."""
        with self._changed:
            self._sizes = [self.kind.size(payload) for payload in payloads]
        self._persist()

    def step(self, index: int, payload: Payload) -> Any:
        """Run one step, unless the job is to stop."""
        if self.stop_requested():
            raise Stopped
        with self._changed:
            self._partial[index] = 0
            # From the first step on: what an earlier life finished says nothing about the speed now.
            self._meter = self._meter or RateMeter(self._done(), time.monotonic())
        try:
            controls = StepControls(partial(self._report, index), self.stop_requested)
            with step_controls(controls):
                return self.guarded(partial(self._work, index, payload), f"the result of step {index + 1}")
        finally:
            with self._changed:
                self._partial.pop(index, None)
                self._notice()

    def _work(self, index: int, payload: Payload) -> Any:
        result = plain_json(self.kind.step(payload), f"the result of step {index + 1}")
        self.ended([index])
        return result

    def finish(self, results: list[Any]) -> Any:
        """The job's result from those of its steps."""

        def finish() -> Any:
            result = plain_json(self.kind.finish(self._status.arguments, results), "the job's result")
            records.replace_json(self._place / "result.json", result)
            return result

        return self.guarded(finish, "the job's result")

    def guarded(self, call: Callable[[], Any], what: str) -> Any:
        """What the call gives, as JSON; whatever it raises stops the job and becomes Stopped."""
        try:
            return plain_json(call(), what)
        except (JobCancelled, KeyboardInterrupt) as error:
            self.stop(JobState.CANCELLED)
            raise Stopped from error
        except Stopped:
            raise
        except BaseException as error:
            self.fail(error)
            raise Stopped from error

    # Progress.

    def ended(self, indices: Iterable[int]) -> None:
        """These steps are finished, now, in an earlier life, or in another process."""
        with self._changed:
            before = len(self._ended)
            self._ended.update(indices)
            if len(self._ended) == before:
                return
            self._measure()
            self._notice()
        self._persist(at_most_every=PERSIST_EVERY_SECONDS)

    def _report(self, index: int, done: int, message: str = "", total: int | None = None) -> None:
        with self._changed:
            if total is not None:
                self._sizes[index] = total
            self._partial[index] = done
            self._message = message or self._message
            self._measure()
            self._notice()
        self._persist(at_most_every=PERSIST_EVERY_SECONDS)

    def _done(self) -> int:
        if not self._sizes:
            return 0
        running = (
            min(done, self._sizes[index]) for index, done in self._partial.items() if index not in self._ended
        )
        return sum(self._sizes[index] for index in self._ended) + sum(running)

    def _measure(self) -> None:
        if self._meter is not None:
            self._meter.add(self._done(), time.monotonic())

    def progress(self) -> Progress:
        """How far the job is at this moment."""
        with self._changed:
            total, moment, meter = sum(self._sizes), time.monotonic(), self._meter
            rate = meter.rate(moment) if meter else 0.0
            left = meter.seconds_left(total, moment) if meter else None
            return Progress(self._done(), total, self.kind.unit, rate, left, self._message)

    def status(self) -> JobStatus:
        """The job's record at this moment."""
        return self._status.at(self.progress()) if not self.is_over else self._status

    def _persist(self, at_most_every: float = 0.0) -> None:
        with self._changed:
            moment = time.monotonic()
            if moment - self._persisted < at_most_every or self._status.state is not JobState.RUNNING:
                return
            self._persisted = moment
            records.write(self._folder, self._status.at(self.progress()))

    # Stop.

    def stop(self, state: JobState) -> None:
        """Let the steps that run end, start no more, and end in this state; the first wish counts."""
        with self._changed:
            self._stopping = self._stopping or state
            self._notice()

    def fail(self, error: BaseException) -> None:
        """Stop because of this error; its traceback goes to the log."""
        self.log("".join(traceback.format_exception(error)).rstrip())
        with self._changed:
            if self._stopping is None:
                self._error = explain(error, self._status)
        self.stop(JobState.FAILED)

    def stop_requested(self) -> bool:
        """Whether to start no more steps: cancelled here or by another process, failed, or closed."""
        if self._stopping is None and records.cancel_flag(self._folder, self.number).exists():
            self.stop(JobState.CANCELLED)
        return self._stopping is not None

    @property
    def running_steps(self) -> int:
        """How many steps run in this process."""
        with self._changed:
            return len(self._partial)

    @property
    def ended_steps(self) -> frozenset[int]:
        """The steps that are finished, as far as this process knows."""
        with self._changed:
            return frozenset(self._ended)

    # The end.

    def complete(self, result: Any) -> None:
        """The job is finished, even if a wish to stop came after its last step."""
        self._result = result
        self._end(JobState.FINISHED)

    def end_stopped(self) -> None:
        """The job has stopped, in the state that was asked for."""
        self._end(self._stopping or JobState.INTERRUPTED)

    def _end(self, state: JobState) -> None:
        reason = str(self._error) if state is JobState.FAILED else ""
        progress = replace(self.progress(), rate=0.0, seconds_left=None)
        ended = replace(self._status.at(progress), state=state, reason=reason, ended=records.now())
        try:
            with self._changed:  # no late progress may come between the record and its end
                records.write(self._folder, ended)
                self._status = ended
            records.cancel_flag(self._folder, self.number).unlink(missing_ok=True)
            self.log(f"{state}: {progress.done} of {progress.total} {progress.unit}. {reason}".rstrip())
        finally:  # whoever waits must hear of it even where the disk is full
            with self._changed:
                self._status = ended
                self._notice()

    @property
    def is_over(self) -> bool:
        """Whether the job has ended."""
        return self._status.state is not JobState.RUNNING

    def outcome(self) -> Any:
        """The result of a job that is over.

        Raises: JobCancelled, or the error that it failed with.
        """
        status = self._status
        if status.state is JobState.FINISHED:
            return self._result
        if status.state is JobState.FAILED and self._error is not None:
            raise self._error
        raise JobCancelled(
            f"{status.title} was stopped at {status.done} of {status.total} {status.unit}. "
            f"What was finished is kept. Go on with: labelgraft jobs resume {status.number}"
        )

    def log(self, text: str) -> None:
        """Add to the job's log."""
        records.append_log(self._place, text)

    # Waiting.

    def _notice(self) -> None:
        self._changes += 1
        self._changed.notify_all()

    def wait_for_change(self, seen: int, seconds: float) -> int:
        """Wait until something changed since `seen`, or this long; gives what to pass next time."""
        with self._changed:
            self._changed.wait_for(lambda: self._changes != seen, seconds)
            return self._changes
