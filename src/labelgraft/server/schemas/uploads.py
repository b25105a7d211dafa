"""Schemas of uploads."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from labelgraft.server.schemas.base import LONGEST_NAME, Count, Id, Schema

MOST_AT_ONCE = 10_000

Hash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""A SHA-256 as 64 hexadecimal digits in lower case."""

RelativePath = Annotated[str, Field(min_length=1, max_length=4096)]


class NewUpload(Schema):
    """An upload to begin."""

    name: str = Field(
        "upload", max_length=LONGEST_NAME, examples=["holiday"],
        description="What the history will call it: the name of the folder that is uploaded.",
    )  # fmt: skip


class Upload(Schema):
    """An upload and what it takes."""

    id: Id = Field(description="Its number.", examples=[1])
    name: str = Field(description="What it is called.", examples=["holiday"])
    files: Count = Field(description="How many files are there whole.", examples=[0])
    bytes: Count = Field(description="How many bytes those have.", examples=[0])
    image_bytes: Count = Field(description="The largest image file that is taken.", examples=[256_000_000])
    most_files: Count = Field(description="How many files one upload may have.", examples=[1_000_000])


class OfferedFile(Schema):
    """A file that a sender has."""

    content_hash: Hash = Field(description="The SHA-256 of its bytes.", examples=["ab" * 32])
    path: RelativePath = Field(
        description="Inside the folder that is uploaded, with `/`.", examples=["pets/cat/1.jpg"]
    )


class Offer(Schema):
    """What a sender has."""

    files: list[OfferedFile] = Field(
        max_length=MOST_AT_ONCE,
        description="Those whose bytes are there, under any name, become files of the upload at once.",
    )


class Missing(Schema):
    """What must be sent."""

    missing: list[OfferedFile] = Field(description="Of the files, those whose bytes are not there.")


class Received(Schema):
    """A file that is there whole."""

    content_hash: Hash = Field(description="The SHA-256 of its bytes.", examples=["ab" * 32])
    path: str = Field(description="As its sender called it.", examples=["pets/cat/1.jpg"])
    stored: str = Field(
        description="As it is called here: every disk can hold the name, and no other file has it.",
        examples=["pets/cat/1.jpg"],
    )
    bytes: Count = Field(description="How large it is.", examples=[48_213])
