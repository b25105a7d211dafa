"""What the fixture `served` gives."""

from __future__ import annotations

from dataclasses import dataclass

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
