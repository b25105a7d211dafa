"""Schemas of imports."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from labelgraft.domain.dataset import Answer
from labelgraft.domain.image import Split
from labelgraft.server.schemas.base import Count, Id, Name, Schema

LONGEST_PATH = 4096


class ImportFrom(Schema):
    """Where images come from: a place below a root, or an upload; one of the two."""

    source: str | None = Field(
        None, min_length=1, max_length=LONGEST_PATH, examples=["/home/ada/photos"],
        description="A folder or a data set file below a root of this server.",
    )  # fmt: skip
    upload_id: Id | None = Field(None, description="An upload.", examples=[None])
    format: Name | None = Field(
        None, description="The name of a format; null: found out.", examples=["image-folder"]
    )

    @model_validator(mode="after")
    def check_one(self) -> Self:
        """Exactly one source."""
        if (self.source is None) == (self.upload_id is None):
            raise ValueError("expected either source or upload_id")
        return self


class NewImport(ImportFrom):
    """An import to begin."""

    labels: bool = Field(True, description="Also import the labels, splits and skips that the source has.")
    embed: bool = Field(True, description="Embed with the project's backbone in the same pass.")


class PreviewRow(Schema):
    """One image as its source tells of it."""

    path: str = Field(description="Inside the source.", examples=["cat/1.jpg"])
    class_names: list[str] = Field(description="Empty: no label.", examples=[["cat"]])
    split: Split | None = Field(description="Null: in none.")
    answer: Answer = Field(description="Whether the classes hold; ignore and unclear come in as set aside.")
    shapes: Count = Field(description="Shapes that come with it.", examples=[3])


class Refused(Schema):
    """A file or row that is not taken."""

    path: str = Field(description="Inside the source, or the line of a file.", examples=["broken.jpg"])
    reason: str = Field(description="Why, in words.", examples=["is not a regular file"])


class ImportPreview(Schema):
    """What an import would find; nothing was imported."""

    format_name: str = Field(description="What the source is read as.", examples=["image-folder"])
    reason: str = Field(description="Why, and how to say otherwise.")
    images: Count = Field(
        description="Image files found; they are opened only by the import.", examples=[120]
    )
    known: Count = Field(description="Of those, in the project already by path, size and time.", examples=[0])
    classes: dict[str, Count] = Field(
        description="Images per class, in the order of the source.", examples=[{"cat": 60, "dog": 58}]
    )
    multi_label: bool = Field(description="Whether an image may have several classes there.")
    labelled: Count = Field(description="Images that come with a label.", examples=[118])
    set_aside: Count = Field(description="Images that come as skipped or unclear.", examples=[2])
    rejected: Count = Field(
        description="Images of which the source says only what they are not; they come without a label.",
        examples=[0],
    )  # fmt: skip
    rows: list[PreviewRow] = Field(description="The first images.")
    refused: list[Refused] = Field(description="The first files and rows that would not be taken.")
    refused_count: Count = Field(description="How many those are in all.", examples=[0])
    shapes: dict[str, Count] = Field(
        description="Shapes per class, in the order of the source; empty where the project draws none.",
        examples=[{"raccoon": 217}],
    )
    mended: dict[str, Count] = Field(
        description="What would be repaired or changed of the shapes, in words, and how often."
    )
