"""Schemas of images."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query
from pydantic import Field

from labelgraft.domain.annotation import AuthorKind
from labelgraft.domain.details import ImageDetails as Details
from labelgraft.domain.ids import ClassId, ModelId
from labelgraft.domain.image import ImageFilter, ImageState, Split
from labelgraft.server.schemas.base import LONGEST_TEXT, Count, Id, Schema, Share

MOST_LOOKED_UP = 1_000
MOST_THUMBNAILS = 200


class Label(Schema):
    """A class that was given to an image."""

    class_id: Id = Field(description="The class.", examples=[2])
    author: str = Field(description="Who gave it.", examples=["ada"])
    author_kind: AuthorKind = Field(description="A person, a model or an import.")
    accepted_from: Id | None = Field(
        description="The model whose proposal was accepted; null where a person chose.", examples=[None]
    )


class ImageProposal(Schema):
    """A class that a model proposes for an image."""

    class_id: Id = Field(description="The class.", examples=[2])
    confidence: Share = Field(description="How sure the model is, calibrated.", examples=[0.93])
    model_id: Id = Field(description="The model.", examples=[1])


class ImageDetails(Schema):
    """An image with everything that is said of it."""

    id: Id = Field(description="Its number.", examples=[17])
    content_hash: str = Field(description="SHA-256 of its bytes; the address of its pictures.")
    path: str = Field(description="Where its file lies.", examples=["/photos/cat.1.jpg"])
    folder: str = Field(description='Its folder in the project; "" is the top.', examples=["2024/may"])
    width_px: Id = Field(description="Of the upright image.", examples=[640])
    height_px: Id = Field(description="Of the upright image.", examples=[480])
    split: Split | None = Field(description="What it may be used for; null for anything.", examples=["test"])
    state: ImageState = Field(description="How far its labelling has come.")
    revision: Count = Field(description="How many operations touched it.", examples=[3])
    class_ids: list[Id] = Field(description="Its classes, oldest label first.", examples=[[2]])
    labels: list[Label] = Field(description="The same with who gave them.")
    proposals: list[ImageProposal] = Field(description="What the active model proposes, surest first.")


class ImagePage(Schema):
    """Some images in the order of their numbers."""

    images: list[ImageDetails] = Field(description="The images.")
    next_after: Id | None = Field(
        description="Ask again with after= this; null at the end. A page may be short, even empty, and still go on.",
        examples=[None],
    )


class Lookup(Schema):
    """Images to look up."""

    image_ids: list[Id] = Field(max_length=MOST_LOOKED_UP, description="Their numbers.", examples=[[3, 17]])


class LookedUp(Schema):
    """Images in the order asked for."""

    images: list[ImageDetails] = Field(description="Those that are in the project.")


class WantedThumbnails(Schema):
    """Images to see small."""

    image_ids: list[Id] = Field(max_length=MOST_THUMBNAILS, description="Their numbers.", examples=[[3, 17]])


class Thumbnail(Schema):
    """One picture, small."""

    id: Id = Field(description="The image's number.", examples=[17])
    webp: str = Field(description="WebP, the long side at most 256 px, in base64.")


class Thumbnails(Schema):
    """Pictures in the order asked for."""

    thumbnails: list[Thumbnail] = Field(description="Of those that are in the project and have one.")


class Similar(Schema):
    """The images most like one."""

    image_ids: list[Id] = Field(description="The most similar first.", examples=[[4, 9]])
    similarities: list[float] = Field(
        description="Their cosines with it in the embedding, at most 1.", examples=[[0.98, 0.91]]
    )


class ImageConditions(Schema):
    """Which images; every condition that is given must hold."""

    state: ImageState | None = Field(None, description="In this state.")
    class_id: Id | None = Field(None, description="Labelled with this class.", examples=[2])
    proposed_class_id: Id | None = Field(None, description="Proposed with this class.", examples=[2])
    model_id: Id | None = Field(None, description="Proposals of this model.", examples=[1])
    min_confidence: Share | None = Field(
        None, description="The proposal is at least so sure.", examples=[0.5]
    )
    max_confidence: Share | None = Field(None, description="The proposal is at most so sure.", examples=[0.9])
    folder: str | None = Field(
        None,
        max_length=LONGEST_TEXT,
        description="In this folder or below it; empty: at the top.",
        examples=["a"],
    )
    split: Split | None = Field(None, description="In this split.")
    path_contains: str | None = Field(
        None, max_length=LONGEST_TEXT, description="Text in the path of the file.", examples=["cat"]
    )
    suspicious: bool | None = Field(
        None,
        description="Labelled images whose label a confident proposal or most of their neighbours contradict.",
    )

    def filter(self) -> ImageFilter:
        """The same as the workbench takes it."""
        return ImageFilter(
            state=self.state,
            class_id=None if self.class_id is None else ClassId(self.class_id),
            proposed_class_id=None if self.proposed_class_id is None else ClassId(self.proposed_class_id),
            model_id=None if self.model_id is None else ModelId(self.model_id),
            min_confidence=self.min_confidence,
            max_confidence=self.max_confidence,
            folder=self.folder,
            split=self.split,
            path_contains=self.path_contains or None,
            suspicious=self.suspicious,
        )


async def conditions_of(
    state: Annotated[ImageState | None, Query(description="In this state.")] = None,
    class_id: Annotated[Id | None, Query(description="Labelled with this class.")] = None,
    proposed_class_id: Annotated[Id | None, Query(description="Proposed with this class.")] = None,
    model_id: Annotated[Id | None, Query(description="Proposals of this model.")] = None,
    min_confidence: Annotated[Share | None, Query(description="The proposal is at least so sure.")] = None,
    max_confidence: Annotated[Share | None, Query(description="The proposal is at most so sure.")] = None,
    folder: Annotated[
        str | None,
        Query(max_length=LONGEST_TEXT, description="In this folder or below it; empty: at the top."),
    ] = None,
    split: Annotated[Split | None, Query(description="In this split.")] = None,
    path_contains: Annotated[
        str | None, Query(max_length=LONGEST_TEXT, description="Text in the path of the file.")
    ] = None,
    suspicious: Annotated[
        bool | None, Query(description="A confident proposal or most neighbours contradict the label.")
    ] = None,
) -> ImageConditions:
    """The conditions in a query."""
    return ImageConditions(
        state=state, class_id=class_id, proposed_class_id=proposed_class_id, model_id=model_id,
        min_confidence=min_confidence, max_confidence=max_confidence, folder=folder, split=split,
        path_contains=path_contains, suspicious=suspicious,
    )  # fmt: skip


Conditions = Annotated[ImageConditions, Depends(conditions_of)]


def details_of(found: Details) -> ImageDetails:
    """An image as it goes over the wire."""
    image = found.image
    labels = [
        Label(
            class_id=one.class_id, author=one.author.name, author_kind=one.author.kind,
            accepted_from=one.accepted_from,
        )
        for one in found.labels
    ]  # fmt: skip
    return ImageDetails(
        id=image.id, content_hash=image.content_hash, path=image.path, folder=image.folder, width_px=image.width_px,
        height_px=image.height_px, split=image.split, state=image.state, revision=image.revision,
        class_ids=[one.class_id for one in found.labels], labels=labels,
        proposals=[ImageProposal.model_validate(one) for one in found.proposals],
    )  # fmt: skip
