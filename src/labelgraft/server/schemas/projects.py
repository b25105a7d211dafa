"""Schemas of projects."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from labelgraft.domain.next_step import NextStep
from labelgraft.domain.project import Project, Task
from labelgraft.domain.reports import ProjectCard as Card
from labelgraft.server.schemas.base import BackboneName, Count, Id, Name, Schema
from labelgraft.server.schemas.classes import ClassSkeleton

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
    skeletons: dict[Name, ClassSkeleton] = Field(
        default_factory=dict, max_length=MOST_CLASSES, description="What the keypoints of a class are, by its name.",
        examples=[{"cat": {"names": ["left ear", "right ear", "nose"]}}],
    )  # fmt: skip
    backbone: BackboneName = Field(
        "efficientnet-lite0", description="The network whose embedding the map and the heads use.",
        examples=["efficientnet-lite0"],
    )  # fmt: skip


class ProjectChanges(Schema):
    """What to change of a project; what is left out stays."""

    name: Name | None = Field(None, description="What to call it.", examples=["pets"])
    backbone: BackboneName | None = Field(
        None, description="The network whose embedding the map and the heads use.", examples=["dinov2-small"]
    )


class ProjectFacts(Schema):
    """What a project is."""

    id: Id = Field(description="Its number.", examples=[1])
    name: str = Field(description="What it is called.", examples=["pets"])
    task: Task = Field(description="What is labelled in an image.")
    multi_label: bool = Field(description="Whether an image may have several classes.", examples=[False])
    backbone: str = Field(description="The network whose embedding the map and the heads use.")
    active_model_id: Id | None = Field(description="The model whose proposals are shown.", examples=[None])
    created_at: datetime = Field(description="When it was begun.", examples=["2026-05-01T09:00:00Z"])


class StateCounts(Schema):
    """How many images are in each state; an image is in one."""

    new: Count = Field(description="Nobody and nothing has said anything of them.", examples=[120])
    proposed: Count = Field(description="A model has proposed a class.", examples=[800])
    labelled: Count = Field(description="A person or an import has given a class.", examples=[80])
    skipped: Count = Field(description="Set aside.", examples=[0])
    unclear: Count = Field(description="Set aside, as nobody can tell.", examples=[0])
    draft: Count = Field(description="Shapes are drawn, but nobody said that these are all.", examples=[0])


class ProjectCard(ProjectFacts):
    """A project at a glance."""

    images: Count = Field(description="How many there are.", examples=[1000])
    counts: StateCounts = Field(description="The images by state.")
    classes: Count = Field(description="How many classes there are.", examples=[2])
    models: Count = Field(description="How many models were trained.", examples=[1])
    rounds: Count = Field(description="How often the map was laid out.", examples=[2])
    mosaic: list[str] = Field(description="Content hashes of up to nine of its images.")
    last_activity: datetime = Field(description="When somebody, or a job, last changed something.")
    next_step: NextStep = Field(description="What to do next.")


class ProjectStatus(Schema):
    """How far a project has come, as `labelgraft project show` tells it."""

    name: str = Field(description="What it is called.", examples=["pets"])
    images: Count = Field(description="How many there are.", examples=[1000])
    labelled: Count = Field(description="Images with a label.", examples=[80])
    proposed: Count = Field(description="Images with a proposal and no label.", examples=[800])
    set_aside: Count = Field(description="Images skipped or unclear.", examples=[0])
    per_class: dict[str, Count] = Field(
        description="Labelled images by class.", examples=[{"cat": 50, "dog": 30}]
    )
    models: Count = Field(description="How many models were trained.", examples=[1])
    rounds: Count = Field(description="How often the map was laid out.", examples=[2])
    next_step: str = Field(description="What to do next, as a sentence with its command.")


def card_of(card: Card) -> ProjectCard:
    """A card as it goes over the wire."""
    counts = {state.value: count for state, count in card.per_state.items()}
    return ProjectCard(
        **facts_of(card.project).model_dump(), images=sum(counts.values()), counts=StateCounts(**counts),
        classes=card.classes, models=card.models, rounds=card.rounds, mosaic=list(card.mosaic),
        last_activity=card.last_activity, next_step=card.next_step,
    )  # fmt: skip


def facts_of(project: Project) -> ProjectFacts:
    """A project's facts as they go over the wire."""
    return ProjectFacts.model_validate(project)
