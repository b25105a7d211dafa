"""Imports with embeddings that are killed in the middle, again and again, and then go on."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path

import pytest
from tests.e2e.command_line import CommandLine, kill_group

from labelgraft.storage import images, projects
from labelgraft.storage.workspace import Workspace
from labelgraft.workbench.front_door import list_jobs

pytestmark = pytest.mark.slow


def photos(source: Path, folder: Path, count: int) -> list[Path]:
    """Some real photos in a folder."""
    folder.mkdir()
    chosen = sorted((source / "images").iterdir())[:: 1000 // count][:count]
    return [Path(shutil.copy2(path, folder / path.name)) for path in chosen]


def kill_after_shards(run: CommandLine, process: subprocess.Popen[str], count: int, delay: float) -> bool:
    """Kill once so many shards of embeddings are there; False if the call was quicker."""
    embeddings = run.workspace / "embeddings"
    while process.poll() is None:
        if len([path for path in embeddings.glob("*/*.npy") if path.name.count(".") == 1]) >= count:
            time.sleep(delay)
            if process.poll() is None:
                kill_group(process)
                return True
        time.sleep(0.003)
    return False


def finished_files(workspace: Path) -> set[Path]:
    """The files of every shard whose result the job engine has recorded."""
    with closing(sqlite3.connect(f"file:{workspace}/jobs.sqlite?mode=ro", uri=True)) as connection:
        query = "SELECT workflow_input.inputs FROM workflow_status JOIN workflow_input USING (workflow_uuid) "
        query += "WHERE status = 'SUCCESS' AND workflow_uuid LIKE 'job-%/%'"
        payloads = [json.loads(row[0])["positionalArgs"][3] for row in connection.execute(query)]
    return {Path(file[0]) for payload in payloads for file in payload.get("files", ())}


def files_of_images(workspace: Path) -> set[Path]:
    """The files that the project has already."""
    with closing(sqlite3.connect(f"file:{workspace}/labelgraft.sqlite?mode=ro", uri=True)) as connection:
        return {Path(row[0]) for row in connection.execute("SELECT path FROM image_file")}


def hollow_out(files: Iterable[Path]) -> None:
    """Zeros in place of the bytes, with size and time kept: whoever decodes such a file again refuses it."""
    for path in files:
        status = path.stat()
        path.write_bytes(bytes(status.st_size))
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def check_whole(workspace: Path, hashes: set[str]) -> None:
    """Every image once, with its thumbnail and exactly one vector; the integrity check is part of opening."""
    with Workspace.open(workspace) as opened, opened.database.reading() as connection:
        project = projects.by_name(connection, "p")
        found = images.of_ids(connection, images.every(connection, project.id))
        assert sorted(image.content_hash for image in found) == sorted(hashes)
        (space,) = opened.embeddings.spaces()
        known = [image.content_hash for image in found]
        assert space.missing(known) == opened.thumbnails.missing(known) == []
        assert space.count == len(hashes)


@pytest.mark.parametrize(
    ("backbone", "count", "kills"),
    [
        ("color-histogram", 300, ((1, "resume"), (4, "add"), (6, "resume"))),
        ("efficientnet-lite0", 96, ((3, "resume"),)),
    ],
)
def test_a_killed_import_goes_on_and_repeats_nothing(
    backbone: str,
    count: int,
    kills: tuple[tuple[int, str], ...],
    tmp_path: Path,
    shared_data: Callable[[str], Path],
) -> None:
    dice = random.Random(count)
    files = photos(shared_data("catsdogs"), tmp_path / "photos", count)
    hashes = {hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    run = CommandLine(tmp_path / "workspace")
    run("project", "new", "p", "--classes", "cat,dog", "--backbone", backbone)
    add = ("images", "add", "p", str(tmp_path / "photos"))
    call: tuple[str, ...] = add
    hollow: set[Path] = set()
    for shards, way in kills:
        process = run.start(*call)
        assert kill_after_shards(run, process, shards, dice.uniform(0, 0.1)), "it was quicker than the kill"
        job = run("jobs")[0]
        assert (job["state"], job["kind"]) == ("interrupted", "import")
        done = finished_files(run.workspace) if way == "resume" else files_of_images(run.workspace)
        hollow_out(done - hollow)
        hollow |= done
        call = ("jobs", "resume", str(job["number"])) if way == "resume" else add
    report = run(*call)
    assert report["refused"] == []
    assert 0 < len(hollow) < count
    assert {job["state"] for job in run("jobs")} <= {"finished", "cancelled"}
    check_whole(run.workspace, hashes)
    converted = list((run.workspace / "converted").glob("*/network.xml"))
    assert len(converted) == (
        1 if backbone == "efficientnet-lite0" else 0
    )  # once, for all processes and lives


def test_a_second_ctrl_c_leaves_at_once(tmp_path: Path, shared_data: Callable[[str], Path]) -> None:
    photos(shared_data("catsdogs"), tmp_path / "photos", 100)
    run = CommandLine(tmp_path / "workspace")
    run("project", "new", "p")  # the default network: the first time it takes seconds to be ready
    process = run.start("images", "add", "p", str(tmp_path / "photos"))
    while not list_jobs(run.workspace):
        time.sleep(0.02)
    time.sleep(0.5)
    for pause in (0.3, 0.0):
        os.killpg(process.pid, signal.SIGINT)
        time.sleep(pause)
    began = time.monotonic()
    ended = run.ended(process)
    assert time.monotonic() - began < 3
    assert (ended.code, json.loads(ended.said)["error"]["code"]) == (130, "Aborted")
    (job,) = run("jobs")
    assert job["state"] == "cancelled"
