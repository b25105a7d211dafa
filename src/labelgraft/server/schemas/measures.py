"""Schemas of measured shares."""

from __future__ import annotations

from pydantic import Field

from labelgraft.server.schemas.base import Count, Schema, Share


class Interval(Schema):
    """A measured share with its 95 % interval."""

    value: Share = Field(description="What was measured.", examples=[0.96])
    low: Share = Field(description="The lower end.", examples=[0.91])
    high: Share = Field(description="The upper end.", examples=[0.98])
    count: Count = Field(description="Images it was measured on; below 20 it says little.", examples=[120])


class ClassQuality(Schema):
    """Quality on one class."""

    class_name: str = Field(description="The class.", examples=["cat"])
    precision: Interval = Field(description="Share of what was called this that is this.")
    recall: Interval = Field(description="Share of what is this that was called this.")
    support: Count = Field(description="Held-out images of the class.", examples=[60])


class Quality(Schema):
    """How good a model was on images it was not trained on."""

    measured_on: str = Field(description="In words.", examples=["test split"])
    accuracy: Interval = Field(description="Share of images with the right class.")
    log_loss: float = Field(description="In nats, after calibration.", examples=[0.11])
    calibration_error: Share = Field(description="Mean distance of confidence from truth.", examples=[0.02])
    per_class: list[ClassQuality] = Field(description="Each class.")
