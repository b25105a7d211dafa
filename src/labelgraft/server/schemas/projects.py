"""Schemas of projects."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from labelgraft.domain.project import Task
from labelgraft.server.schemas.base import Id, Name, Schema

MOST_CLASSES = 10_000


class NewProject(Schema):
    """A project to begin."""

    name: Name = Field(description="What to call it; no other project may have the name.", examples=["pets"])
    task: Task = Field(Task.CLASSIFICATION, description="What is labelled in an image.")
    multi_label: bool = Field(False, description="Whether an image may have several classes.")
    classes: list[Name] = Field(
        default_factory=list, max_length=MOST_CLASSES, description="Names of classes; more can follow.",
        examples=[["cat", "dog"]],
    )  # fmt: skip
    backbone: Name = Field(
        "efficientnet-lite0", description="The network whose embedding the map and the heads use.",
        examples=["efficientnet-lite0"],
    )  # fmt: skip


class ProjectFacts(Schema):
    """What a project is."""

    id: Id = Field(description="Its number.", examples=[1])
    name: str = Field(description="What it is called.", examples=["pets"])
    task: Task = Field(description="What is labelled in an image.")
    multi_label: bool = Field(description="Whether an image may have several classes.", examples=[False])
    backbone: str = Field(description="The network whose embedding the map and the heads use.")
    active_model_id: Id | None = Field(description="The model whose proposals are shown.", examples=[None])
    created_at: datetime = Field(description="When it was begun.", examples=["2026-05-01T09:00:00Z"])
