"""Schemas of places to import from."""

from __future__ import annotations

from pydantic import Field

from labelgraft.server.schemas.base import Count, Schema


class PlaceFolder(Schema):
    """A folder to choose."""

    name: str = Field(description="The last part of its path.", examples=["photos"])
    path: str = Field(
        description="Its whole path, to ask for it or to import it.", examples=["/home/ada/photos"]
    )
    images: Count | None = Field(
        description="Image files in it and below, told by their names; null where counting took too long.",
        examples=[1250],
    )  # fmt: skip


class Places(Schema):
    """What a place holds."""

    path: str | None = Field(description="The place; null for the list of roots.", examples=["/home/ada"])
    parent: str | None = Field(description="The place above; null at a root.", examples=[None])
    folders: list[PlaceFolder] = Field(description="Its folders by name, without hidden ones.")
    images: Count = Field(description="Image files directly here, told by their names.", examples=[0])
    files: list[str] = Field(
        description="Data set files here, or ONNX files where those are asked for, by their whole paths.",
        examples=[["/home/ada/photos/labels.csv"]],
    )  # fmt: skip
    left_out: Count = Field(description="Folders that are not listed, as there are too many.", examples=[0])
