"""Schemas of exports."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from labelgraft.domain.dataset import Severity
from labelgraft.domain.image import Split
from labelgraft.server.schemas.base import Count, Id, Name, Schema


class NewExport(Schema):
    """An export to look at, or to begin."""

    format: Name = Field(description="The name of a format; /formats lists them.", examples=["csv"])
    transfer: Literal["copy", "link", "none"] | None = Field(
        None, examples=["none"],
        description="What happens to the image files: in the export, or only named in it (none). Null: only named where "
        "the format can.",
    )  # fmt: skip
    proposals: bool = Field(False, description="Images without an answer get their surest proposal.")
    split: Split | None = Field(
        None, description="Only images of this split; null for all.", examples=["train"]
    )
    drafts: bool = Field(
        False, description="Where shapes are drawn: also images that nobody has finished.", examples=[False]
    )


class Loss(Schema):
    """One kind of thing that the format cannot hold."""

    severity: Severity = Field(description="warning: labels change or images are missing; note: less.")
    what: str = Field(description="In words.", examples=["images left out: they were passed over"])
    count: Count = Field(description="How many.", examples=[3])
    examples: list[str] = Field(description="Some of them.", examples=[["cat/1.jpg"]])


class LossReport(Schema):
    """Everything that the export does not hold of the project; empty: it holds all."""

    losses: list[Loss] = Field(description="By kind.")
    has_warnings: bool = Field(description="Whether labels change or images are missing.", examples=[False])


class Export(Schema):
    """An export that was made."""

    job: Id = Field(description="The number of its job, and of the export.", examples=[7])
    format: str = Field(description="Its format.", examples=["csv"])
    transfer: str | None = Field(
        description="What was asked to happen to the image files; null: only named where the format can.",
        examples=["none"],
    )
    proposals: bool = Field(description="Whether images without an answer had their surest proposal.")
    split: Split | None = Field(description="Only images of this split; null for all.", examples=["train"])
    bytes: Count | None = Field(
        description="Size of its files; null where it was not kept.", examples=[340_000]
    )
    made_at: datetime = Field(description="When it was finished.", examples=["2026-05-01T09:00:00Z"])
    losses: LossReport = Field(description="What it does not hold.")
    folder: str | None = Field(
        description="Where it lies on the server; null where it was swept.",
        examples=["/home/ada/labelgraft/exports/7f"],
    )
    can_be_downloaded: bool = Field(description="Exports are kept for a month.", examples=[True])
