"""Schemas of classes."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from labelgraft.domain.change import ChangeReport
from labelgraft.domain.project import LabelClass
from labelgraft.domain.shapes.keypoints import Skeleton
from labelgraft.server.schemas.base import Count, Id, Name, Schema
from labelgraft.server.schemas.operations import Effect, Operation, operation_of

Colour = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]
MOST_POINTS = 1000
MOST_LIMBS = 10_000
PointPlace = Annotated[int, Field(ge=0, lt=MOST_POINTS)]
ClassKey = Annotated[str, Field(min_length=1, max_length=1, pattern=r"^\S$")]


class ClassSkeleton(Schema):
    """What the keypoints of a class are."""

    names: list[Annotated[str, Field(min_length=1, max_length=100)]] = Field(
        min_length=1, max_length=MOST_POINTS, description="Of the points, in order, each once.",
        examples=[["left eye", "right eye", "nose"]],
    )  # fmt: skip
    limbs: list[tuple[PointPlace, PointPlace]] = Field(
        default_factory=list, max_length=MOST_LIMBS, description="Pairs of places in names, from 0, drawn as lines.",
        examples=[[[0, 2], [1, 2]]],
    )  # fmt: skip
    mirrored: list[PointPlace] = Field(
        default_factory=list, max_length=MOST_POINTS,
        description="Place of the point that each becomes in the mirrored image; empty where nobody said.",
        examples=[[1, 0, 2]],
    )  # fmt: skip
    sigmas: list[Annotated[float, Field(gt=0, le=1)]] = Field(
        default_factory=list, max_length=MOST_POINTS,
        description="How far off careful annotators are, as a share of the object's size; empty for the usual.",
        examples=[[0.025, 0.025, 0.026]],
    )  # fmt: skip

    def skeleton(self) -> Skeleton:
        """The same as a value. Raises BadShape where its parts do not fit together."""
        return Skeleton(tuple(self.names), tuple(self.limbs), tuple(self.mirrored), tuple(self.sigmas))


class ProjectClass(Schema):
    """A class of a project."""

    id: Id = Field(description="Its number.", examples=[2])
    name: str = Field(description="What it is called.", examples=["cat"])
    colour: str = Field(description="#rrggbb.", examples=["#4c78a8"])
    key: str | None = Field(description="The key that gives it; null for none.", examples=["1"])
    position: Count = Field(description="Its place among the classes.", examples=[0])
    label_count: Count = Field(description="How many labels it has.", examples=[120])
    skeleton: ClassSkeleton | None = Field(description="What its keypoints are; null where it has none.")


class NewClass(Schema):
    """A class to add."""

    name: Name = Field(description="What to call it; no other class may have the name.", examples=["bird"])
    colour: Colour | None = Field(
        None, description="#rrggbb; chosen where it is left out.", examples=["#54a24b"]
    )
    key: ClassKey | None = Field(
        None, description="One character; chosen where it is left out.", examples=["3"]
    )
    dry_run: bool = Field(False, description="Do nothing, tell what would happen.")


class NewClasses(Schema):
    """Several classes to add as one operation."""

    names: list[Name] = Field(
        min_length=1,
        max_length=10_000,
        description="What to call them; no name twice.",
        examples=[["bird", "fish"]],
    )
    dry_run: bool = Field(False, description="Do nothing, tell what would happen.")


class ClassChange(Schema):
    """What to change of a class; what is left out stays."""

    name: Name | None = Field(None, description="Another name.", examples=["kitten"])
    colour: Colour | None = Field(None, description="Another colour, #rrggbb.", examples=["#54a24b"])
    key: ClassKey | None = Field(None, description="Another key; null takes it away.", examples=["k"])
    skeleton: ClassSkeleton | None = Field(
        None,
        description="Other keypoints; null takes them away. Their number stays while instances have them.",
    )
    dry_run: bool = Field(False, description="Do nothing, tell what would happen.")


class ClassOrder(Schema):
    """The classes in their order."""

    class_ids: list[Id] = Field(max_length=10_000, description="Every class once.", examples=[[2, 1, 3]])
    dry_run: bool = Field(False, description="Do nothing, tell what would happen.")


class ClassMerge(Schema):
    """Where the labels of a class go."""

    into: Id = Field(description="The class that gets them.", examples=[1])
    dry_run: bool = Field(False, description="Do nothing, tell what would happen.")


class ClassesChanged(Schema):
    """What a change of classes did, or would do."""

    operation: Operation | None = Field(description="Null on a dry run.")
    words: str = Field(description="In words.", examples=["Merged class kitten into cat on 12 images"])
    effect: Effect | None = Field(description="On a dry run: what would change of labels and proposals.")
    classes: list[ProjectClass] = Field(description="The classes now, in their order.")


def class_of(found: LabelClass, label_count: int) -> ProjectClass:
    """A class as it goes over the wire."""
    return ProjectClass(
        id=found.id, name=found.name, colour=found.colour, key=found.key, position=found.position,
        label_count=label_count, skeleton=None if found.skeleton is None else skeleton_of(found.skeleton),
    )  # fmt: skip


def skeleton_of(found: Skeleton) -> ClassSkeleton:
    """A skeleton as it goes over the wire."""
    return ClassSkeleton(
        names=list(found.names),
        limbs=list(found.limbs),
        mirrored=list(found.mirrored),
        sigmas=list(found.sigmas),
    )


def classes_changed(report: ChangeReport, classes: list[ProjectClass]) -> ClassesChanged:
    """What a change of classes did, as it goes over the wire."""
    return ClassesChanged(
        operation=None if report.operation is None else operation_of(report.operation), words=report.words,
        effect=None if report.effect is None else Effect.model_validate(report.effect), classes=classes,
    )  # fmt: skip
