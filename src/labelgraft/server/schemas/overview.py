"""Schemas of the overview."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field

from labelgraft.domain.image import ImageState
from labelgraft.domain.overview import ActionKind
from labelgraft.domain.overview import Overview as OverviewValue
from labelgraft.server.schemas.base import Count, Id, Schema, Share
from labelgraft.server.schemas.measures import Interval


class NextAction(Schema):
    """What to do next."""

    kind: ActionKind = Field(description="What the button does.")
    sentence: str = Field(description="Why, in one sentence.")
    button: str = Field(description="The button's words.", examples=["Label these 20"])
    params: dict[str, Any] = Field(
        description="Of the action: count and order of the queue, threshold, head.", examples=[{"count": 20}]
    )


class ClassProgress(Schema):
    """How far one class is."""

    class_id: Id = Field(description="Its number.", examples=[1])
    name: str = Field(description="Its name.", examples=["cat"])
    colour: str = Field(description="#rrggbb.", examples=["#4c78a8"])
    labelled: Count = Field(description="Images that have it.", examples=[120])
    by_hand: Count = Field(description="Of them chosen by a person.", examples=[30])
    accepted: Count = Field(description="Of them accepted from a proposal.", examples=[90])
    imported: Count = Field(description="Of them brought by an import.", examples=[0])
    proposed: Count = Field(description="Images with only a proposal, this one their surest.", examples=[400])


class ModelPoint(Schema):
    """One model among what was reached so far."""

    model_id: Id = Field(description="Its number.", examples=[1])
    name: str = Field(description="What it is called.", examples=["linear-1"])
    labels_used: Count = Field(description="Labels it was trained on.", examples=[50])
    accuracy: Interval | None = Field(
        description="On images it was not trained on; null where none were held out."
    )
    measured_on: str = Field(description="In words.", examples=["K-fold"])
    created_at: datetime = Field(description="When it was made.")
    active: bool = Field(description="Whether its proposals are shown.", examples=[True])


class RoundPoint(Schema):
    """One round of the map among what was reached so far."""

    number: Id = Field(description="Within the project.", examples=[1])
    embedding: str = Field(description="What was laid out.", examples=["efficientnet-lite0"])
    purity: Share | None = Field(description="Share of an image's nearest labelled images of its class.")
    created_at: datetime = Field(description="When it was made.")


class CurvePoint(Schema):
    """So many labels gave this accuracy."""

    labels: Count = Field(description="Labels trained on.", examples=[40])
    accuracy: Interval = Field(description="On held-out images.")


class Foretold(Schema):
    """So many labels would give this accuracy."""

    labels: Count = Field(description="Labels.", examples=[100])
    accuracy: Share = Field(description="By the fitted curve.", examples=[0.97])


class Gain(Schema):
    """What more labels are expected to bring."""

    labels: Count = Field(description="So many more.", examples=[50])
    value: float = Field(description="Difference of accuracies, 0 to 1.", examples=[0.012])
    low: float = Field(description="Lower end of its 95 % interval.", examples=[0.004])
    high: float = Field(description="Upper end.", examples=[0.026])


class LearningCurve(Schema):
    """Accuracy against the number of labels, measured on subsets of the labels and carried on."""

    labels: Count = Field(description="Labels there were.", examples=[50])
    points: list[CurvePoint] = Field(description="Measured, ascending.")
    now: Share = Field(description="Accuracy with all of them, by the fitted curve.", examples=[0.96])
    later: list[Foretold] = Field(description="With some more.")
    floor: Share = Field(description="The error that no number of labels will go below.", examples=[0.01])
    gain: Gain = Field(description="Of the next labels.")
    worth: bool | None = Field(description="Whether they may bring half a point; null: cannot be told.")
    words: str = Field(description="All of it in sentences.")


class Pace(Schema):
    """How long a label takes a person. Gaps of more than two minutes are not work."""

    one_by_one: float | None = Field(
        description="Median seconds of a label on a single image.", examples=[2.1]
    )
    one_by_one_gestures: Count = Field(description="How many were measured.", examples=[38])
    without: float | None = Field(description="Seconds per label before any proposals, bulk included.")
    without_gestures: Count = Field(description="Gestures measured.", examples=[40])
    with_proposals: float | None = Field(
        description="Seconds per label since there are proposals, bulk included."
    )
    with_gestures: Count = Field(description="Gestures measured.", examples=[22])
    remaining: Count = Field(description="Images without a label.", examples=[830])
    hours_left_one_by_one: float | None = Field(description="For them, one by one.", examples=[0.5])
    hours_left_with_proposals: float | None = Field(description="For them, at the pace with proposals.")
    words: str = Field(description="In a sentence.")


class Overview(Schema):
    """Where a project stands."""

    operation_id: Count = Field(description="The newest operation it knows of.", examples=[41])
    next: NextAction = Field(description="What to do next.")
    per_state: dict[ImageState, Count] = Field(description="Images in each state.")
    per_class: list[ClassProgress] = Field(description="In the order of the project.")
    sure: Count = Field(description="Proposals of at least sure_from.", examples=[700])
    sure_from: Share = Field(description="Confidence.", examples=[0.95])
    doubtful: Count = Field(description="Proposals below it.", examples=[130])
    models: list[ModelPoint] = Field(description="Oldest first.")
    rounds: list[RoundPoint] = Field(description="Of the map, oldest first.")
    pace: Pace = Field(description="Seconds per label and time left.")
    curve: LearningCurve | None = Field(
        description="The newest that is computed, perhaps of fewer labels than now."
    )
    computing: bool = Field(description="A newer curve is on its way; ask again in some seconds.")
    curve_reason: str = Field(description="Why there is none.")


def overview_of(found: OverviewValue) -> Overview:
    """The overview as it goes over the wire."""
    curve = found.curve
    return Overview(
        operation_id=found.operation_id, next=NextAction.model_validate(found.next), per_state=dict(found.per_state),
        per_class=[ClassProgress.model_validate(each) for each in found.per_class], sure=found.sure,
        sure_from=found.sure_from, doubtful=found.doubtful,
        models=[ModelPoint.model_validate(each) for each in found.models],
        rounds=[RoundPoint.model_validate(each) for each in found.rounds], pace=Pace.model_validate(found.pace),
        curve=None if curve is None else LearningCurve(
            labels=curve.labels, points=[CurvePoint.model_validate(each) for each in curve.points], now=curve.now,
            later=[Foretold(labels=labels, accuracy=accuracy) for labels, accuracy in curve.later],
            floor=curve.floor, gain=Gain.model_validate(curve.gain), worth=curve.worth, words=curve.words,
        ),
        computing=found.computing, curve_reason=found.curve_reason,
    )  # fmt: skip
