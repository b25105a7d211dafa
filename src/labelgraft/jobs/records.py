"""The record of each job: one small JSON file, readable without the job engine, its database or any lock.

<workspace>/jobs/7/job.json     what the job is and how far it came; replaced as a whole
                  log.txt       its story, with full tracebacks
                  result.json   what it gave
                  cancel        asks the process that runs it to stop after the current steps
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from labelgraft.domain.progress import Progress
from labelgraft.errors import Conflict, UnknownName
from labelgraft.jobs.owner import Owner, this_process


class JobState(StrEnum):
    """Where a job is in its life."""

    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"
    """Its process ended, or closed the workspace, before the job did."""

    @property
    def resumable(self) -> bool:
        """Whether the job can go on from its first unfinished step."""
        return self in {JobState.FAILED, JobState.CANCELLED, JobState.INTERRUPTED}


@dataclass(frozen=True, slots=True)
class JobStatus:
    """A job as its record tells it.

    done and total count `unit`s; total is 0 before the job is planned. rate: units per second. seconds_left:
    None while unknown. reason: why it failed, in words. workflow: its name in the engine. concurrency: kept
    from its start, since a resumed job must take the same steps.
    """

    number: int
    kind: str
    title: str
    arguments: dict[str, Any]
    state: JobState
    started: datetime
    workflow: str
    concurrency: int
    owner: Owner
    unit: str = "steps"
    ended: datetime | None = None
    done: int = 0
    total: int = 0
    rate: float = 0.0
    seconds_left: float | None = None
    message: str = ""
    reason: str = ""
    log: Path = field(default_factory=Path)

    @property
    def progress(self) -> Progress:
        """How far it came."""
        return Progress(self.done, self.total, self.unit, self.rate, self.seconds_left, self.message)

    def at(self, progress: Progress) -> JobStatus:
        """The same job with this progress."""
        return replace(
            self, done=progress.done, total=progress.total, rate=progress.rate,
            seconds_left=progress.seconds_left, message=progress.message,
        )  # fmt: skip


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)


def jobs_folder(folder: Path) -> Path:
    """Where a workspace keeps its jobs' records."""
    return folder / "jobs"


def job_folder(folder: Path, number: int) -> Path:
    """Where a workspace keeps one job's record, log and result."""
    return jobs_folder(folder) / str(number)


def claim_number(folder: Path) -> int:
    """A number that no job has or had, its folder made; safe between processes."""
    jobs_folder(folder).mkdir(parents=True, exist_ok=True)
    number = max(_numbers(folder), default=0)
    while True:
        number += 1
        try:
            job_folder(folder, number).mkdir()
        except FileExistsError:
            continue
        return number


def write(folder: Path, status: JobStatus) -> None:
    """Replace a job's record; a reader sees the old one or the new one."""
    values = asdict(status)
    del values["log"]
    values["started"] = status.started.isoformat()
    values["ended"] = status.ended.isoformat() if status.ended else None
    replace_json(job_folder(folder, status.number) / "job.json", values)


def replace_json(path: Path, values: object) -> None:
    """Write beside, then rename, so that no reader and no kill ever meets half a file."""
    beside = path.with_suffix(".part")
    beside.write_text(json.dumps(values, ensure_ascii=False), encoding="utf-8")
    beside.replace(path)


def read(folder: Path, number: int) -> JobStatus | None:
    """A job's record; None where there is none. A running job whose process is gone reads as interrupted."""
    path = job_folder(folder, number) / "job.json"
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        values["state"] = JobState(values["state"])
        values["owner"] = Owner(**values["owner"])
        values["started"] = datetime.fromisoformat(values["started"])
        values["ended"] = datetime.fromisoformat(values["ended"]) if values["ended"] else None
        status = JobStatus(**values, log=path.with_name("log.txt"))
    except (OSError, ValueError, TypeError, KeyError):
        return None  # a kill between mkdir and the first write, or a later version's record
    if status.state is JobState.RUNNING and not status.owner.alive():
        return replace(status, state=JobState.INTERRUPTED, rate=0.0, seconds_left=None)
    return status


def get(folder: Path, number: int) -> JobStatus:
    """A job's record.

    Raises: UnknownName if there is none.
    """
    status = read(folder, number)
    if status is None:
        raise UnknownName("job", str(number), (str(each) for each in _numbers(folder)))
    return status


def result(folder: Path, number: int) -> Any:
    """What a job gave, as JSON values; None where it gave nothing yet."""
    try:
        return json.loads((job_folder(folder, number) / "result.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None


def list_jobs(folder: Path) -> list[JobStatus]:
    """Every job of a workspace, newest first; starts nothing and takes no lock."""
    found = (read(folder, number) for number in sorted(_numbers(folder), reverse=True))
    return [status for status in found if status is not None]


def request_cancel(folder: Path, number: int) -> None:
    """Ask the process that runs a job to stop it after the current steps; what is finished is kept.

    A job that was interrupted, or failed, becomes cancelled at once.
    Raises: UnknownName if there is no such job; Conflict if it is finished.
    """
    status = get(folder, number)
    if status.state is JobState.FINISHED:
        raise Conflict(f"Job {number}, {status.title}, is finished already. Nothing was cancelled.")
    if status.state is JobState.RUNNING:
        cancel_flag(folder, number).touch()
    elif status.state is not JobState.CANCELLED:
        write(folder, replace(status, state=JobState.CANCELLED, ended=now()))


def cancel_flag(folder: Path, number: int) -> Path:
    """The file whose presence asks a job to stop."""
    return job_folder(folder, number) / "cancel"


def new_status(
    number: int, kind: str, title: str, arguments: dict[str, Any], unit: str, concurrency: int
) -> JobStatus:
    """The record of a job that starts in this process now."""
    # The engine's database may outlive the records: by its number alone a job could meet an older one.
    workflow = f"job-{number}-{os.urandom(6).hex()}"
    return JobStatus(
        number, kind, title, arguments, JobState.RUNNING, now(), workflow, concurrency, this_process(), unit
    )  # fmt: skip


def append_log(status_folder: Path, text: str) -> None:
    """Add a line with its time to a job's log."""
    with (status_folder / "log.txt").open("a", encoding="utf-8") as log:
        log.write(f"{now():%Y-%m-%d %H:%M:%S} {text}\n")


def _numbers(folder: Path) -> Iterator[int]:
    try:
        names = [each.name for each in jobs_folder(folder).iterdir()]
    except FileNotFoundError:
        return
    yield from (int(name) for name in names if name.isdecimal())
