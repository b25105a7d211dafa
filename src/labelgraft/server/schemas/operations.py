"""Schemas of operations: the gestures that change labels, and the history."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import Field

from labelgraft.domain.annotation import AuthorKind
from labelgraft.domain.change import ChangeKind, ChangeReport, LabelChange
from labelgraft.domain.ids import ClassId, ImageId
from labelgraft.domain.image import Split
from labelgraft.domain.operation import Cause, RevertReport
from labelgraft.domain.operation import Operation as OperationFacts
from labelgraft.server.schemas.base import LONGEST_TEXT, Count, Id, Schema, Share
from labelgraft.server.schemas.selection import MOST_IMAGES, ImageSelector


class Gesture(Schema):
    """One gesture on images; it becomes one operation."""

    kind: ChangeKind = Field(
        description="label: give a class (in a project of one class per image it replaces the one there). unlabel: take one "
        "class away. clear: take every class away. skip, unclear: set aside; labels go. reopen: bring back what was set "
        "aside. accept: turn proposals of unlabelled images into labels. reject: turn proposals down; their model does not "
        "make them again. split, folder: put images there.",
    )
    selector: ImageSelector = Field(
        description="Which images.", examples=[{"lasso": [[0, 0], [1, 0], [1, 1]], "round": 1}]
    )
    class_id: Id | None = Field(
        None, description="label, unlabel: the class. accept, reject: only proposals of it.", examples=[2]
    )
    threshold: Share | None = Field(None, description="accept: the least confidence.", examples=[0.95])
    split: Split | None = Field(None, description="split: which; null takes images out of their split.")
    folder: str | None = Field(
        None, max_length=LONGEST_TEXT, description='folder: which; "" is the top.', examples=["good"]
    )
    expected_revisions: dict[Id, Count] = Field(
        default_factory=dict, max_length=MOST_IMAGES, examples=[{"17": 3}],
        description="Revision by image that the person saw; if one is another now, nothing is done (409).",
    )  # fmt: skip
    dry_run: bool = Field(False, description="Do nothing, tell what would happen.")

    def change(self) -> LabelChange:
        """The same as the workbench takes it."""
        return LabelChange(
            kind=self.kind,
            selector=self.selector.selector(),
            class_id=None if self.class_id is None else ClassId(self.class_id),
            threshold=self.threshold,
            split=self.split,
            folder=self.folder,
            expected_revisions={ImageId(number): at for number, at in self.expected_revisions.items()},
            dry_run=self.dry_run,
        )


class Operation(Schema):
    """One entry of the history."""

    id: Id = Field(description="Its number.", examples=[42])
    author: str = Field(description="Who.", examples=["ada"])
    author_kind: AuthorKind = Field(description="A person, a model or an import.")
    cause: Cause = Field(description="What brought it about.")
    made_at: datetime = Field(description="When.")
    summary: str = Field(
        description="What, in words.", examples=["12 images labelled cat by lasso on round 3"]
    )
    image_count: Count = Field(description="Images touched.", examples=[12])
    detail: dict[str, Any] = Field(
        description="What caused it: the lasso's corners and round, the threshold, the source."
    )
    reverts: Id | None = Field(description="The operation that this one takes back.", examples=[None])
    reverted_by: Id | None = Field(
        description="The latest operation that took this one back.", examples=[None]
    )


class Effect(Schema):
    """How much a gesture would change."""

    images: Count = Field(description="Images touched.", examples=[12])
    labels_added: Count = Field(description="New labels.", examples=[10])
    labels_removed: Count = Field(description="Labels taken away.", examples=[0])
    labels_changed: Count = Field(description="Labels that become another class.", examples=[2])
    proposals_rejected: Count = Field(
        description="Proposals turned down, or no longer shown as their class goes.", examples=[0]
    )


class Changed(Schema):
    """What a gesture did, or would do."""

    operation: Operation | None = Field(
        description="Null on a dry run, and where every image was as wanted already."
    )
    image_count: Count = Field(description="Images touched, or that would be.", examples=[12])
    words: str = Field(description="In words.", examples=["12 images labelled cat by lasso on round 3"])
    effect: Effect | None = Field(description="On a dry run.")
    per_class: dict[Id, Count] = Field(
        description="On a dry run: labels given, by class.", examples=[{"2": 12}]
    )
    expected_right: Share | None = Field(
        description="On accept: the share of the labels expected to be right.", examples=[0.98]
    )
    revisions: dict[Id, Count] | None = Field(
        description="The touched images' revisions now; null where they are more than 500.",
        examples=[{"17": 4}],
    )


class OperationPage(Schema):
    """Some of the history, newest first."""

    operations: list[Operation] = Field(description="The operations.")
    next_before: Id | None = Field(
        description="Ask again with before= this; null at the end.", examples=[None]
    )


class OperationImages(Schema):
    """The images that an operation touched."""

    image_ids: list[Id] = Field(description="In the order of their numbers.", examples=[[3, 17]])


class Revert(Schema):
    """How to take an operation back."""

    dry_run: bool = Field(False, description="Do nothing, tell what would happen.")


class Overridden(Schema):
    """A later operation whose changes are lost."""

    operation: Operation = Field(description="The operation.")
    image_count: Count = Field(description="On how many images.", examples=[3])


class Reverted(Schema):
    """What taking back does, or would do."""

    operation: Operation | None = Field(
        description="The new operation; null on a dry run and where nothing was left to take back."
    )
    reverted: Operation = Field(description="The operation that is taken back.")
    image_count: Count = Field(description="Images touched.", examples=[12])
    overridden: list[Overridden] = Field(
        description="Later operations that are overridden on the same images, oldest first."
    )
    revisions: dict[Id, Count] | None = Field(
        description="The touched images' revisions now; null on a dry run and where they are more than 500."
    )


def operation_of(found: OperationFacts) -> Operation:
    """An operation as it goes over the wire."""
    return Operation(
        id=found.id, author=found.author.name, author_kind=found.author.kind, cause=found.cause, made_at=found.made_at,
        summary=found.summary, image_count=found.image_count, detail=dict(found.detail), reverts=found.reverts,
        reverted_by=found.reverted_by,
    )  # fmt: skip


def changed_of(report: ChangeReport) -> Changed:
    """What a gesture did, as it goes over the wire."""
    done, effect = report.operation, report.effect
    count = done.image_count if done is not None else effect.images if effect is not None else 0
    return Changed(
        operation=None if done is None else operation_of(done),
        image_count=count,
        words=report.words,
        effect=None if effect is None else Effect.model_validate(effect),
        per_class={int(number): given for number, given in report.per_class.items()},
        expected_right=report.expected_right,
        revisions=_told(report.revisions),
    )


def reverted_of(report: RevertReport, revisions: Mapping[ImageId, int] | None) -> Reverted:
    """What taking back did, as it goes over the wire."""
    return Reverted(
        operation=None if report.operation is None else operation_of(report.operation),
        reverted=operation_of(report.reverted), image_count=report.image_count,
        overridden=[
            Overridden(operation=operation_of(each.operation), image_count=each.image_count)
            for each in report.overridden
        ],
        revisions=_told(revisions),
    )  # fmt: skip


def _told(revisions: Mapping[ImageId, int] | None) -> dict[int, int] | None:
    return None if revisions is None else {int(number): at for number, at in revisions.items()}
