"""Schemas of the demo."""

from __future__ import annotations

from pydantic import Field

from labelgraft.server.schemas.base import Schema
from labelgraft.server.schemas.jobs import Job
from labelgraft.server.schemas.projects import ProjectFacts


class DemoStarted(Schema):
    """The new project and the work that fills it."""

    project: ProjectFacts = Field(description="A project with ten classes and no label.")
    job: Job = Field(description="Draws and adds its 1,797 images; /events tells how it goes on.")
