"""One workspace on PostgreSQL, several processes: what one does reaches the browsers of the others."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from tests.server.running import Running, run_server, stream_of

import labelgraft
from labelgraft.domain.ids import ImageId
from labelgraft.domain.operation import Cause
from labelgraft.server.options import ServerOptions
from labelgraft.storage import classes, labelling
from labelgraft.workbench.front_door import Workbench


@pytest.fixture
def shared(
    new_postgres_url: Callable[[], str],
    tmp_path: Path,
    served_pictures: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[tuple[Running, Workbench]]:
    """A server of a workspace whose database is PostgreSQL, with thirty pictures."""
    pytest.importorskip("psycopg")
    monkeypatch.setenv("LABELGRAFT_DATABASE_URL", new_postgres_url())
    with labelgraft.open(tmp_path / "workspace", create=True) as bench:
        pets = bench.new_project("pets", classes=["cat", "dog"], backbone="color-histogram")
        pets.add_images(served_pictures, embed=False)
        with run_server(bench, ServerOptions(roots=(tmp_path,))) as server:
            yield server, bench


def by_another_process(workspace: Path, *words: str) -> Any:
    """What a command of its own process gives; it opens the database itself, as PostgreSQL needs no lock."""
    command = [sys.executable, "-m", "labelgraft", "-w", str(workspace), "--json", *words]
    ended = subprocess.run(
        command, capture_output=True, text=True, timeout=120, check=False, env=dict(os.environ)
    )
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


def states(server: Running) -> dict[str, Any]:
    """The images as the first page of the gallery has them."""
    listed: dict[str, Any] = server.client.get("/api/v1/projects/1", timeout=30).json()["counts"]
    return listed


def test_an_operation_of_the_command_line_reaches_the_stream_and_what_the_server_answers(
    shared: tuple[Running, Workbench],
) -> None:
    server, bench = shared
    assert states(server)["labelled"] == 0
    with stream_of(server) as stream:
        stream.next("hello")
        made = by_another_process(bench.folder, "label", "pets", "cat", "--images", "1-3")
        told = stream.next("operation").data
        assert (told["operation_id"], told["image_ids"]) == (made["id"], [1, 2, 3])
        assert states(server)["labelled"] == 3
        by_another_process(bench.folder, "classes", "set", "pets", "cat,dog,owl")
        changed = stream.next("project").data
    assert (changed["change"], "classes" in changed["parts"]) == ("changed", True)


def test_two_servers_on_one_database_tell_each_other_s_operations_in_order(
    shared: tuple[Running, Workbench], tmp_path: Path
) -> None:
    one, bench = shared
    with (
        labelgraft.open(bench.folder) as second,
        run_server(second, ServerOptions(roots=(tmp_path,))) as other,
        stream_of(one) as here,
        stream_of(other) as there,
    ):
        here.next("hello"), there.next("hello")
        made = []
        for image in range(1, 9):
            doer = (bench, second)[image % 2]
            made.append(doer.project("pets").label([image], "cat").id)
            seen = [stream.next("operation").data["operation_id"] for stream in (here, there)]
            assert seen == [made[-1]] * 2
        assert made == sorted(made)
        assert states(one) == states(other)
        assert states(one)["labelled"] == 8


def test_a_writer_that_takes_long_does_not_make_others_miss_its_operation(
    shared: tuple[Running, Workbench],
) -> None:
    """Numbers are taken under a lock that is held to the end, so that none becomes visible after a larger one."""
    server, bench = shared
    workspace, project = bench._engine.workspace, bench.project("pets")
    with stream_of(server) as stream, ThreadPoolExecutor(1) as pool:
        stream.next("hello")
        with labelgraft.open(bench.folder) as second:
            with workspace.database.writing() as connection:
                cat = classes.by_name(connection, project.id, "cat").id
                slow = labelling.set_class(
                    connection, project.id, [ImageId(1)], cat, author=bench.person, cause=Cause.HAND, summary="slow"
                )  # fmt: skip
                quick = pool.submit(second.project("pets").label, [2], "dog")
                time.sleep(0.7)  # more than one look of the stream
            told = [stream.next("operation").data["operation_id"] for _ in range(2)]
            assert told == [slow.id, quick.result(10).id]
