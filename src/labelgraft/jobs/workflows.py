"""Jobs as DBOS workflows: what is recorded of a job, and in which order.

    job     plan step -> one step per payload, or one queued shard workflow per payload -> finish step
    shard   one payload; on a queue, so that several run at a time, in every process that listens to it

DBOS 3.4 facts that this is built on: a step or workflow that raises an Exception is over for good, one that
raises a BaseException stays resumable; a resumed workflow must take the same steps in the same order.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Semaphore
from typing import Any

from dbos import DBOS, Queue, SetEnqueueOptions, SetWorkflowID

from labelgraft.errors import JobFailed
from labelgraft.jobs import records
from labelgraft.jobs.kinds import JobKind, Payload, plain_json
from labelgraft.jobs.records import JobState
from labelgraft.jobs.run import Run, Stopped

JOB, SHARD = "labelgraft.job", "labelgraft.shard"
OTHERS_SECONDS = 1.0
"""How often to look for shards that other processes finished; those of this one are noticed at once."""
_ELSEWHERE = (
    "A step failed in another process; that process's log says why. What was finished is kept, "
    "and the job can be resumed."
)
SETTLE_SECONDS = 10.0
"""How long to wait for DBOS to write down what has ended; usually milliseconds."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What the workflows of this process need, since DBOS calls them with JSON only.

    over: told when a job is about to end, and whether it is finished. shared: the database is a server's.
    """

    folder: Path
    kinds: Mapping[str, JobKind]
    queue: Callable[[int], Queue]
    over: Callable[[Run, bool], None]
    shared: bool
    runs: dict[int, Run] = field(default_factory=dict)
    _slots: dict[int, Semaphore] = field(default_factory=dict)

    def slots(self, count: int) -> Semaphore:
        """What a shard holds while it works: `count` at a time, though more are claimed from the queue."""
        return self._slots.setdefault(count, Semaphore(count))

    def is_dead(self, number: int) -> bool:
        """Whether a job surely runs nowhere; of one without a record here another machine may know."""
        if number in self.runs:
            return False
        status = records.read(self.folder, number)
        return not self.shared if status is None else status.state is not JobState.RUNNING


_stage: Stage | None = None


def enter(stage: Stage | None) -> None:
    """From here on the workflows run for this stage; None: none may run."""
    global _stage
    _stage = stage


def stage() -> Stage:
    """The stage of this process.

    Raises: Stopped if the engine is closed.
    """
    if _stage is None:
        raise Stopped
    return _stage


def _run(number: int) -> Run:
    run = stage().runs.get(number)
    if run is None:  # nobody asked to go on with this job
        raise Stopped
    return run


@DBOS.workflow(name=JOB, max_recovery_attempts=None)
def job(number: int) -> None:
    """A whole job; its result is in the record, not here."""
    run = _run(number)
    result, finished = None, False
    try:
        result = _whole(run)
        finished = True
    except Stopped:
        pass
    except BaseException as error:  # noqa: BLE001 - a fault of the engine or its database: the job stays resumable
        run.fail(error)
    try:
        stage().over(run, finished)
    finally:
        run.complete(result) if finished else run.end_stopped()
    if not finished:
        raise Stopped


def _whole(run: Run) -> Any:
    payloads = plan(run.number)
    run.planned(payloads)
    if run.status().concurrency > 1 and len(payloads) > 1:
        _enqueue(run, payloads)
        return gather_and_finish(run.number, len(payloads))
    results = []
    for index, payload in enumerate(payloads):
        results.append(step(run.number, index, payload))
        run.ended([index])
    return finish(run.number, results)


@DBOS.step(name="plan")
def plan(number: int) -> list[Payload]:
    """The payloads; recorded, so a resumed job has the same."""
    return _run(number).plan()


@DBOS.step(name="step")
def step(number: int, index: int, payload: Payload) -> Any:
    """One step of a job whose steps run one after the other."""
    return _run(number).step(index, payload)


@DBOS.step(name="finish")
def finish(number: int, results: list[Any]) -> Any:
    """The job's result."""
    return _run(number).finish(results)


def index_of(shard: str) -> int:
    """Which of its job's shards this is."""
    return int(shard.rpartition("/")[2])


def number_of(workflow: str) -> int:
    """The job that a workflow or shard belongs to."""
    return int(workflow.split("-")[1])


def _enqueue(run: Run, payloads: list[Payload]) -> None:
    """Queue one shard per payload; a resumed job meets those that were queued already.

    Each waits behind those of its own number in other jobs, so that a short job does not wait for a long one's end.
    """
    status = run.status()
    queue = stage().queue(status.concurrency)
    for index, payload in enumerate(payloads):
        with SetWorkflowID(f"{status.workflow}/{index:07d}"), SetEnqueueOptions(priority=index + 1):
            queue.enqueue(shard, run.number, run.kind.name, index, payload)


@DBOS.workflow(name=SHARD, max_recovery_attempts=None)
def shard(number: int, kind: str, index: int, payload: Payload) -> Any:
    """One payload of a job whose steps run several at a time."""
    run = stage().runs.get(number)
    if run is not None:
        with stage().slots(run.status().concurrency):
            return run.step(index, payload)
    if kind not in stage().kinds or stage().is_dead(number):  # nobody asked to go on with this job
        raise Stopped
    return _for_another_process(number, kind, payload)


def _for_another_process(number: int, kind: str, payload: Payload) -> Any:
    try:
        of_kind = stage().kinds[kind]
        with stage().slots(of_kind.concurrency):
            return plain_json(of_kind.step(payload), "the result of a step")
    except BaseException as error:
        folder = records.job_folder(stage().folder, number)
        if folder.exists():
            records.append_log(folder, "".join(traceback.format_exception(error)).rstrip())
        DBOS.logger.error("A shard of job %d failed here", number, exc_info=error)
        DBOS.cancel_workflow(str(DBOS.workflow_id))  # how the process that runs the job learns of it
        raise Stopped from error


@DBOS.step(name="gather and finish")
def gather_and_finish(number: int, count: int) -> Any:
    """Wait for every shard, then finish the job."""
    run = _run(number)
    return run.guarded(lambda: run.finish(_gather(run, count)), "the job's result")


def _gather(run: Run, count: int) -> list[Any]:
    """The results of all shards in order; stops the rest when the job is to stop."""
    workflow, seen, look_again = run.status().workflow, 0, 0.0
    while True:
        if len(run.ended_steps) >= count or time.monotonic() > look_again:
            began = time.monotonic()
            finished = _finished(workflow)
            run.ended(finished)
            if len(finished) >= count:
                return _results(workflow)
            looked = time.monotonic()
            look_again = looked + max(OTHERS_SECONDS, 20 * (looked - began))
            if _list(workflow, "CANCELLED") and not run.stop_requested():
                run.fail(JobFailed(_ELSEWHERE))
        if run.stop_requested():
            _drain(run, workflow)
            raise Stopped
        seen = run.wait_for_change(seen, 0.01 if len(run.ended_steps) >= count else 0.1)


def _drain(run: Run, workflow: str) -> None:
    """Take the waiting shards off the queue, and let those that run here end and be recorded."""
    # The run already refuses to begin steps: a shard that leaves the queue at this moment does nothing.
    cancel([each.workflow_id for each in _list(workflow, "ENQUEUED")])
    while run.running_steps:
        time.sleep(0.02)
    deadline = time.monotonic() + SETTLE_SECONDS
    while not run.ended_steps <= _finished(workflow) and time.monotonic() < deadline:
        time.sleep(0.01)


def shards(workflow: str) -> list[tuple[str, bool]]:
    """Every shard of a job by its name, and whether it is finished."""
    return [(each.workflow_id, each.status == "SUCCESS") for each in _list(workflow)]


def cancel(names: list[str]) -> None:
    """Take workflows off the queue."""
    if names:
        DBOS.cancel_workflows(names)


def _finished(workflow: str) -> set[int]:
    return {index_of(each.workflow_id) for each in _list(workflow, "SUCCESS")}


def _results(workflow: str) -> list[Any]:
    found = _list(workflow, "SUCCESS", load_output=True)
    return [each.output for each in sorted(found, key=lambda each: each.workflow_id)]


def _list(workflow: str, status: str | None = None, *, load_output: bool = False) -> list[Any]:
    return list(
        DBOS.list_workflows(
            workflow_id_prefix=f"{workflow}/", status=status, load_input=False, load_output=load_output
        )
    )
