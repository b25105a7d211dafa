from __future__ import annotations

import base64
import pickle
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from tests.jobs.jobs_to_run import counting, traced

from labelgraft.errors import JobFailed, Unreachable
from labelgraft.jobs import records
from labelgraft.jobs.owner import Owner
from labelgraft.jobs.records import JobState
from labelgraft.jobs.runner import JobRunner

MakeRunner = Callable[[Path], JobRunner]


def interrupt(folder: Path, number: int) -> None:
    """Leave the record as a killed process would."""
    status = replace(records.get(folder, number), state=JobState.RUNNING, owner=Owner(2**22 + 1, "0"))
    records.write(folder, status)


def test_everything_stored_is_json_and_nothing_is_pickled(runner: JobRunner, tmp_path: Path) -> None:
    (tmp_path / "fail-1").touch()
    with pytest.raises(Exception, match="step 1"):
        runner.start("counting in 2", "Squares", {"count": 3}).wait()
    runner.start("counting", "Squares", {"count": 1}).wait()
    runner.close()
    with closing(sqlite3.connect(tmp_path / "jobs.sqlite")) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        cells = [
            cell for table in tables for row in database.execute(f'SELECT * FROM "{table}"') for cell in row
        ]
    texts = [cell for cell in cells if isinstance(cell, str)]
    assert "portable_json" in texts
    assert "py_pickle" not in texts
    assert not any(isinstance(cell, bytes) for cell in cells)
    pickled = base64.b64encode(pickle.dumps({"args": (1,)})).decode()[:4]
    assert not any(text.startswith(pickled) for text in texts)


def test_a_database_that_claims_to_hold_pickles_is_not_unpickled(runner: JobRunner, tmp_path: Path) -> None:
    (tmp_path / "fail-1").touch()
    with pytest.raises(Exception, match="step 1"):
        runner.start("counting", "Squares", {"count": 2}).wait()
    runner.close()
    bomb = base64.b64encode(b"cos\nmkdir\n(S'" + str(tmp_path / "boom").encode() + b"'\ntR.").decode()
    with closing(sqlite3.connect(tmp_path / "jobs.sqlite")) as database, database:
        database.execute("UPDATE operation_outputs SET serialization = 'py_pickle', output = ?", (bomb,))
    with pytest.raises(Exception, match="never writes or reads"):
        runner.resume(1).wait()
    assert not (tmp_path / "boom").exists()


def test_a_damaged_database_is_set_aside_and_its_jobs_start_again(
    make_runner: MakeRunner, tmp_path: Path
) -> None:
    runner = make_runner(tmp_path)
    (tmp_path / "fail-1").touch()
    with pytest.raises(Exception, match="step 1"):
        runner.start("counting in 2", "Squares", {"count": 3}).wait()
    runner.close()
    interrupt(tmp_path, 1)
    database = tmp_path / "jobs.sqlite"
    database.write_bytes(b"\x00 not a database" * 1000)
    assert [status.number for status in runner.interrupted()] == [1]

    (tmp_path / "fail-1").unlink()
    assert runner.resume(1).wait() == [0, 1, 4]
    assert traced(tmp_path).count("plan") == 2
    assert (tmp_path / "jobs.sqlite.damaged-1").read_bytes().startswith(b"\x00 not")
    assert "all of them run again" in runner.jobs()[0].log.read_text()


def test_a_database_of_something_else_is_set_aside(runner: JobRunner, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "jobs.sqlite")) as database, database:
        database.execute("CREATE TABLE dbos_migrations (version INTEGER)")
        database.execute("INSERT INTO dbos_migrations VALUES (9999)")
    assert runner.start("counting", "Squares", {"count": 2}).wait() == [0, 1]
    assert (tmp_path / "jobs.sqlite.damaged-1").exists()


def test_what_a_killed_process_queued_does_not_run_before_it_is_resumed(
    make_runner: MakeRunner, tmp_path: Path
) -> None:
    runner = make_runner(tmp_path)
    handle = runner.start("counting in 2", "Slow", {"count": 30, "seconds": 0.1})
    while "begin 1" not in traced(tmp_path):
        pass
    handle.cancel()
    with pytest.raises(Exception, match="stopped"):
        handle.wait()
    runner.close()
    with closing(sqlite3.connect(tmp_path / "jobs.sqlite")) as database, database:
        database.execute(
            "UPDATE workflow_status SET status = 'ENQUEUED', queue_name = 'shards-2' "
            "WHERE status = 'CANCELLED'"
        )
    interrupt(tmp_path, 1)
    before = len(traced(tmp_path))
    assert runner.start("counting in 2", "Other", {"count": 2}).wait() == [0, 1]
    assert len(traced(tmp_path)) - before == 2 * 2 + 2  # two steps, plan and finish
    assert runner.resume(1).wait() == [n * n for n in range(30)]


def test_jobs_are_listed_without_loading_the_engine(tmp_path: Path) -> None:
    for number in range(1, 101):
        records.claim_number(tmp_path)
        records.write(tmp_path, records.new_status(number, "import", "Photos", {}, "images", 1))
    program = (
        "import sys, pathlib\n"
        "from labelgraft.jobs.records import list_jobs\n"
        "import labelgraft.jobs.runner\n"
        "jobs = list_jobs(pathlib.Path(sys.argv[1]))\n"
        "assert 'dbos' not in sys.modules and 'sqlalchemy' not in sys.modules\n"
        "print(len(jobs), str(jobs[0].state))\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert ran.stdout.split() == ["100", "running"]


def test_a_workspace_may_have_any_name(make_runner: MakeRunner, tmp_path: Path) -> None:
    folder = tmp_path / "what? 100% (old) #1 é"
    runner = make_runner(folder)
    assert runner.start("counting in 2", "Squares", {"count": 3}).wait() == [0, 1, 4]
    assert (folder / "jobs.sqlite").exists()
    assert [each.name for each in tmp_path.iterdir()] == [folder.name]


def test_a_server_that_cannot_be_reached_is_told_in_words(tmp_path: Path) -> None:
    with JobRunner(tmp_path, "postgresql://ann:s3cret@127.0.0.1:1/labels?connect_timeout=1") as runner:
        runner.register(counting(tmp_path))
        with pytest.raises(Unreachable, match="job database cannot be used") as caught:
            runner.start("counting", "Squares", {"count": 1})
    assert "s3cret" not in str(caught.value)
    assert records.list_jobs(tmp_path) == []


@pytest.mark.parametrize("kind", ["counting", "counting in 2"])
def test_a_fault_while_the_result_is_written_leaves_the_job_resumable(
    runner: JobRunner, tmp_path: Path, kind: str
) -> None:
    handle = runner.start(kind, "Squares", {"count": 4, "seconds": 0.1})
    in_the_way = records.job_folder(tmp_path, 1) / "result.json"
    in_the_way.mkdir()
    with pytest.raises(JobFailed, match="IsADirectoryError"):
        handle.wait()
    in_the_way.rmdir()
    assert runner.resume(1).wait() == [0, 1, 4, 9]
    assert all(traced(tmp_path).count(f"begin {n}") == 1 for n in range(4))


def test_a_step_that_fails_in_another_process_fails_the_job(runner: JobRunner, tmp_path: Path) -> None:
    for n in range(12):
        (tmp_path / f"fail-{n}").touch()
    handle = runner.start("counting in 2", "Squares", {"count": 12, "seconds": 0.5})
    with closing(sqlite3.connect(tmp_path / "jobs.sqlite", timeout=10)) as database:
        deadline = time.monotonic() + 10
        marked = 0
        while marked == 0 and time.monotonic() < deadline:
            with database:
                marked = database.execute(  # as a process that listens does when a step of it fails
                    "UPDATE workflow_status SET status = 'CANCELLED', queue_name = NULL "
                    "WHERE workflow_uuid LIKE '%/0000011' AND status = 'ENQUEUED'"
                ).rowcount
    for n in range(12):
        (tmp_path / f"fail-{n}").unlink()
    with pytest.raises(JobFailed, match="in another process"):
        handle.wait()
    assert runner.resume(1).wait() == [n * n for n in range(12)]
