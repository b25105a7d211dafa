"""Background work: what runs, what is over, stop it, go on with it."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query

from labelgraft.server.dependencies import Bench
from labelgraft.server.resource import resource
from labelgraft.server.schemas.base import Id
from labelgraft.server.schemas.jobs import Job, JobStarted, JobWithResult, State, facts_of, job_of

router = resource("jobs")

Number = Annotated[Id, Path(description="The job's number.")]


@router.get("/jobs", operation_id="list_jobs")
def list_jobs(
    bench: Bench,
    state: Annotated[State | None, Query(description="Only jobs in this state.")] = None,
    project_id: Annotated[Id | None, Query(description="Only jobs of this project.")] = None,
    limit: Annotated[int, Query(ge=1, le=1000, description="How many at the most.")] = 100,
) -> list[Job]:
    """Jobs, newest first."""
    every = (job_of(status) for status in bench.jobs())
    wanted = [job for job in every if state in (None, job.state) and project_id in (None, job.project_id)]
    return wanted[:limit]


@router.get("/jobs/{number}", operation_id="get_job")
def get_job(bench: Bench, number: Number) -> JobWithResult:
    """One job with its result."""
    return JobWithResult(**facts_of(bench.job(number)), result=bench.job_result(number))


@router.post("/jobs/{number}/cancel", operation_id="cancel_job")
def cancel_job(bench: Bench, number: Number) -> Job:
    """Stop a job after the steps that run now; what is finished is kept."""
    return job_of(bench.cancel_job(number))


@router.post("/jobs/{number}/resume", operation_id="resume_job", status_code=202)
def resume_job(bench: Bench, number: Number) -> JobStarted:
    """Go on with a job from its first unfinished step."""
    return JobStarted(job=job_of(bench.start_resuming(number)))
