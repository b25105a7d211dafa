"""Schemas of the server itself."""

from __future__ import annotations

from pydantic import Field

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
