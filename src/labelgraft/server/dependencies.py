"""What routes ask for: the open workspace, and one of its projects."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Path, Request

from labelgraft.domain.ids import ProjectId
from labelgraft.server.options import ServerOptions
from labelgraft.server.schemas.base import Id
from labelgraft.workbench.front_door import Workbench
from labelgraft.workbench.project import ProjectBench

# Asynchronous, though they wait for nothing: FastAPI would send plain functions to another thread and back.


async def bench_of(request: Request) -> Workbench:
    """The workspace that this server has open."""
    bench: Workbench = request.app.state.bench
    return bench


async def options_of(request: Request) -> ServerOptions:
    """What the server was started with."""
    options: ServerOptions = request.app.state.options
    return options


Bench = Annotated[Workbench, Depends(bench_of)]
Options = Annotated[ServerOptions, Depends(options_of)]


def project_of(
    bench: Bench, project_id: Annotated[Id, Path(description="The project's number.")]
) -> ProjectBench:
    """The project of the path. Raises UnknownName."""
    return bench.project_by_id(ProjectId(project_id))


ProjectById = Annotated[ProjectBench, Depends(project_of)]
