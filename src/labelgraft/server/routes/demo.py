"""A project to play with, one click away."""

from __future__ import annotations

from labelgraft.server.dependencies import Bench
from labelgraft.server.resource import resource
from labelgraft.server.schemas.demo import DemoStarted
from labelgraft.server.schemas.jobs import job_of
from labelgraft.server.schemas.projects import ProjectFacts

router = resource("demo")


@router.post("/demo", operation_id="begin_demo", status_code=202)
def begin_demo(bench: Bench) -> DemoStarted:
    """Make a project of handwritten digits; nothing is downloaded. Each call makes another one."""
    project, job = bench.start_demo()
    return DemoStarted(project=ProjectFacts.model_validate(project.info), job=job_of(job))
