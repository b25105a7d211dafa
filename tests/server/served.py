"""What the fixture `served` gives."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from fastapi.testclient import TestClient

from labelgraft.server.options import ServerOptions
from labelgraft.workbench.front_door import Workbench
from labelgraft.workbench.project import ProjectBench

ORIGIN = "http://127.0.0.1"


@dataclass(frozen=True)
class Served:
    """An open workspace, its project `pets` of 30 embedded images, and a client with a session."""

    bench: Workbench
    project: ProjectBench
    client: TestClient
    options: ServerOptions

    @property
    def path(self) -> str:
        """Where the project is on the wire."""
        return f"/api/v1/projects/{self.project.id}"


def wait_for(served: Served, number: int, seconds: float = 120.0) -> dict[str, Any]:
    """A job over HTTP once it is over, with its result."""
    deadline = time.monotonic() + seconds
    while True:
        job: dict[str, Any] = served.client.get(f"/api/v1/jobs/{number}").json()
        if job["state"] != "running":
            return job
        assert time.monotonic() < deadline, f"job {number} still runs: {job}"
        time.sleep(0.05)
