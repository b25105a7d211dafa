"""Schemas of the server itself."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from labelgraft.domain.project import Task
from labelgraft.server.schemas.base import Count, Schema


class Health(Schema):
    """That the server answers."""

    ok: bool = Field(description="Always true.", examples=[True])
    version: str = Field(description="Of Labelgraft.", examples=["0.1.0"])


class Limits(Schema):
    """What is refused."""

    body_bytes: Count = Field(description="The largest JSON body, in bytes.", examples=[16_777_216])
    image_megapixels: float = Field(description="A larger image is not decoded.", examples=[100.0])
    image_megabytes: float = Field(description="A larger image file is not read.", examples=[256.0])


class About(Schema):
    """The server, its workspace and its limits."""

    version: str = Field(description="Of Labelgraft.", examples=["0.1.0"])
    workspace: str = Field(
        description="The folder where everything is kept.", examples=["/home/ada/labelgraft"]
    )
    person: str = Field(description="Who labels here: the author of operations.", examples=["ada"])
    roots: list[str] = Field(
        description="Folders from which images can be imported.", examples=[["/home/ada/photos"]]
    )
    limits: Limits = Field(description="What is refused.")


class SettingFacts(Schema):
    """One setting."""

    name: str = Field(description="Its name in labelgraft.toml.", examples=["max_image_mpx"])
    value: str = Field(description="Its value as people read it; secrets are masked.", examples=["100.0"])
    default: str = Field(description="Its value where nothing is set.", examples=["100.0"])
    unit: str = Field(description="Of the value, if it has one.", examples=["megapixels"])
    help: str = Field(description="What it does.")
    expected: str = Field(description="What it takes, in words.", examples=["a number from 0.01 to 2000"])
    variable: str = Field(description="Its environment variable.", examples=["LABELGRAFT_MAX_IMAGE_MPX"])


class FormatFacts(Schema):
    """One format of labelled data sets."""

    name: str = Field(description="The word that chooses it.", examples=["csv"])
    title: str = Field(description="What people call it.", examples=["CSV table"])
    describe: str = Field(description="What it is and who reads it.")
    lossless: bool = Field(description="Whether every label, split and answer comes back.", examples=[True])
    transfers: list[Literal["copy", "link", "none"]] = Field(
        description="What it can do with the image files."
    )
    tasks: list[Task] = Field(description="Tasks of projects whose labels it holds.")
