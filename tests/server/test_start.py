"""`labelgraft serve` and `labelgraft run` as people start and stop them."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import psutil
import pytest

from labelgraft.workbench.door import door_of

IDLE_BYTES = 400_000_000
PROGRAM = "from labelgraft.cli.main import main; main()"
NO_NETWORK = """
import socket, sys
connect, look_up = socket.socket.connect, socket.getaddrinfo
def guarded(self, address):
    if self.family != socket.AF_UNIX and address[0] not in ("127.0.0.1", "::1"):
        raise SystemExit(f"somebody connects to {address}")
    return connect(self, address)
def looked_up(host, *rest, **more):
    if host not in (None, "", "127.0.0.1", "localhost", socket.gethostname()):
        raise SystemExit(f"somebody looks up {host}")
    return look_up(host, *rest, **more)
socket.socket.connect, socket.getaddrinfo = guarded, looked_up
from labelgraft.cli.main import main
main()
"""


class Started:
    """A command that serves, its address, and a client let in by the workspace's files."""

    def __init__(self, process: subprocess.Popen[str], workspace: Path) -> None:
        self.process = process
        self.workspace = workspace
        self.said = self._until_ready()
        door = door_of(workspace)
        assert door is not None
        self.door = door
        headers = {"Authorization": f"Bearer {door.token}"}
        self.client = httpx2.Client(base_url=door.address, headers=headers, trust_env=False)

    def _until_ready(self) -> str:
        assert self.process.stdout is not None
        said = ""
        while "Ctrl+C" not in said:
            line = self.process.stdout.readline()
            assert line, said
            said += line
        return said

    @property
    def link(self) -> str:
        """The address it printed."""
        found = re.search(r"http://\S+", self.said)
        assert found is not None
        return found[0]

    def stop(self) -> int:
        """Ctrl+C; gives the exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(30)


@contextmanager
def started(workspace: Path, *words: str, program: str = PROGRAM) -> Iterator[Started]:
    """Start a command in a process of its own, and end it whatever happens."""
    command = [sys.executable, "-c", program, "-w", str(workspace), *words, "--no-browser", "--port", "0"]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            server = Started(process, workspace)
            with server.client:
                yield server
        finally:
            if process.poll() is None:
                process.kill()


def until(true: str, server: Started, path: str, seconds: float = 60) -> None:
    """Wait until the answer of a route holds some text."""
    deadline = time.monotonic() + seconds
    while true not in server.client.get(path).text:
        assert time.monotonic() < deadline, server.client.get(path).text
        time.sleep(0.1)


@pytest.fixture
def workspace(served_workspace: Path, tmp_path: Path) -> Path:
    return shutil.copytree(served_workspace, tmp_path / "workspace")


def test_serve_prints_its_address_serves_and_ends_cleanly_with_ctrl_c(workspace: Path) -> None:
    with started(workspace, "serve") as server:
        with httpx2.Client(base_url=server.door.address, trust_env=False) as browser:
            assert browser.get(server.link).status_code == 303
            assert browser.get("/api/v1/projects").json()[0]["name"] == "pets"
        assert server.stop() == 0
    assert door_of(workspace) is None
    assert not (workspace / "server.token").exists()
    with started(workspace, "serve") as again:
        assert again.client.get("/api/v1/projects").json()[0]["images"] == 30
        assert again.stop() == 0


def test_a_server_that_is_killed_leaves_nothing_in_the_way_and_sessions_go_on(workspace: Path) -> None:
    with started(workspace, "serve") as server, httpx2.Client(trust_env=False) as browser:
        browser.get(server.link)
        server.process.kill()
        server.process.wait()
        with started(workspace, "serve") as again:
            assert browser.get(f"{again.door.address}/api/v1/projects").status_code == 200
            assert again.stop() == 0


def test_a_second_serve_shows_the_first_one(workspace: Path) -> None:
    with started(workspace, "serve") as server:
        command = [sys.executable, "-m", "labelgraft", "-w", str(workspace), "serve", "--no-browser"]
        second = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert second.returncode == 0, second.stderr
        found = re.search(r"http://\S+", second.stdout)
        assert found is not None
        assert found[0].startswith(server.door.address)
        assert found[0] != server.link
        assert httpx2.get(found[0], trust_env=False).status_code == 303


def test_run_beside_a_server_takes_photos_in_through_it_where_it_may_read(
    workspace: Path, served_pictures: Path, tmp_path: Path
) -> None:
    with started(workspace, "serve", "--root", str(served_pictures)) as server:
        command = [sys.executable, "-m", "labelgraft", "-w", str(workspace), "run", "--no-browser"]
        allowed = [*command, str(served_pictures), "--name", "again", "--classes", "cat,dog"]
        told = subprocess.run(allowed, capture_output=True, text=True, timeout=120, check=False)
        assert told.returncode == 0, told.stderr
        assert "/projects/2/gallery" in told.stdout
        again = server.client.get("/api/v1/projects").json()[1]
        assert (again["name"], again["images"]) == ("again", 30)
        until('"rounds":1', server, "/api/v1/projects/2")
        assert len(server.client.get("/api/v1/jobs?project_id=2").json()) == 2
        elsewhere = tmp_path / "elsewhere"
        elsewhere.mkdir()
        told = subprocess.run(
            [*command, str(elsewhere)], capture_output=True, text=True, timeout=60, check=False
        )
        assert told.returncode == 2
        assert "--root" in told.stderr


def test_the_idle_server_holds_no_torch_and_little_memory(workspace: Path) -> None:
    with started(workspace, "serve") as server:
        process = psutil.Process(server.process.pid)
        for path in ("projects", "projects/1/status", "backbones", "formats", "jobs", "projects/1/sheets"):
            assert server.client.get(f"/api/v1/{path}").status_code == 200
        loaded = Path(f"/proc/{process.pid}/maps").read_text() if Path("/proc").exists() else ""
        assert "libtorch" not in loaded
        assert process.memory_info().rss < IDLE_BYTES


def test_nothing_is_asked_of_the_network(workspace: Path) -> None:
    with started(workspace, "serve", program=NO_NETWORK) as server:
        until("pets", server, "/api/v1/projects")
        time.sleep(1)  # what begins behind the first page
        assert server.process.poll() is None
        assert server.stop() == 0


def test_another_address_is_refused_in_a_sentence(workspace: Path) -> None:
    command = [sys.executable, "-m", "labelgraft", "-w", str(workspace), "serve", "--host", "0.0.0.0"]
    told = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert told.returncode == 2
    assert "this machine alone" in told.stderr
    assert "Traceback" not in told.stderr


@pytest.mark.slow
def test_run_takes_photos_in_lays_them_out_and_does_nothing_twice(
    served_pictures: Path, tmp_path: Path
) -> None:
    workspace = tmp_path / "new"
    with started(workspace, "run", str(served_pictures), "--classes", "cat,dog") as server:
        assert server.link.endswith("&to=/projects/1/gallery")
        until('"rounds":1', server, "/api/v1/projects")
        (project,) = server.client.get("/api/v1/projects").json()
        assert (project["name"], project["images"], project["classes"]) == ("photos", 30, 2)
        assert server.stop() == 0
    with started(workspace, "run", str(served_pictures)) as again:
        until('"kind":"import","title":"Adding', again, "/api/v1/jobs?limit=1")
        until('"state":"finished"', again, "/api/v1/jobs?limit=1")
        (project,) = again.client.get("/api/v1/projects").json()
        assert (project["images"], project["rounds"]) == (30, 1)
        assert again.stop() == 0
