"""Schemas of maps."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from labelgraft.domain.map import IslandReport as IslandReportFacts
from labelgraft.domain.map import OddReason
from labelgraft.server.schemas.base import BackboneName, Count, Id, Schema, Share


class MapRound(Schema):
    """One layout of a project's map."""

    number: Id = Field(description="1, 2, ... within the project.", examples=[2])
    embedding: str = Field(description="What was laid out, in words.", examples=["model linear-1"])
    model_id: Id | None = Field(
        description="The model it was laid out by; null for a backbone.", examples=[1]
    )
    method: str = Field(description="How.", examples=["umap"])
    image_count: Count = Field(description="Images on it.", examples=[1000])
    median_move: float | None = Field(
        description="Against the round before, in map radii; null for the first and for a new arrangement.",
        examples=[0.08],
    )
    purity: Share | None = Field(
        description="Share of an image's 15 nearest labelled images of its class; null with too few labels.",
        examples=[0.97],
    )
    seconds: float = Field(description="It took.", examples=[3.2])
    created_at: datetime = Field(description="When it was made.")


class NewRound(Schema):
    """A round to be laid out."""

    backbone: BackboneName | None = Field(
        None, description="Lay out this backbone's embedding; null: the active model's, else the project's backbone's.",
        examples=[None],
    )  # fmt: skip
    rearrange: bool = Field(False, description="Begin from nothing instead of keeping the places.")
    seed: int = Field(0, ge=0, le=2**31 - 1, description="The same seed and images give the same round.")


class OddOne(Schema):
    """A member of an island that may not belong there."""

    image_id: Id = Field(description="The image.", examples=[17])
    reason: OddReason = Field(
        description="Its label or proposal is of another class, or it looks unlike the rest."
    )
    class_name: str | None = Field(description="Of that label or proposal.", examples=["dog"])
    oddness: float | None = Field(
        description="Distance from the rest in robust standard deviations of the island; null where unknown.",
        examples=[4.2],
    )


class IslandReport(Schema):
    """An island with what is odd in it."""

    number: Count = Field(description="Stays the same from round to round.", examples=[0])
    name: str = Field(description="After its labels.", examples=["cat 1"])
    image_count: Count = Field(description="Its images.", examples=[212])
    labelled_count: Count = Field(description="Of them with a label.", examples=[12])
    proposal_count: Count = Field(description="Of them with only a proposal.", examples=[200])
    purity: Share | None = Field(
        description="Share of its labels that are of the commonest class.", examples=[1.0]
    )
    class_name: str | None = Field(
        description="The commonest class of its labels, else of its proposals.", examples=["cat"]
    )
    centre_x: float = Field(description="In map units.", examples=[0.31])
    centre_y: float = Field(description="In map units.", examples=[-0.2])
    radius: float = Field(description="Holds 95 % of it, in map units.", examples=[0.12])
    odd_count: Count = Field(description="How many are odd.", examples=[3])
    odd_ones: list[OddOne] = Field(description="The first of them: labels, then proposals, then the unlike.")


class Bridge(Schema):
    """Images whose nearest neighbours are split between two islands."""

    first: Count = Field(description="The number of one island.", examples=[0])
    second: Count = Field(description="The number of the other.", examples=[3])
    first_name: str = Field(description="Its name.", examples=["cat 1"])
    second_name: str = Field(description="Its name.", examples=["dog"])
    image_ids: list[Id] = Field(description="The most evenly split first.", examples=[[4, 81, 12]])
    labelled_count: Count = Field(description="Of them with a label.", examples=[0])
    purity: float | None = Field(
        description="Share of the labelled ones in their commonest class; null while none is labelled.",
        examples=[0.75],
    )


class Move(Schema):
    """One image on two rounds."""

    image_id: Id = Field(description="The image.", examples=[17])
    distance: float = Field(description="In map radii.", examples=[0.8])
    island_before: int = Field(description="-1 for none.", examples=[0])
    island_after: int = Field(description="-1 for none.", examples=[3])


class Moves(Schema):
    """What moved between two rounds."""

    before: Id = Field(description="The number of one round.", examples=[1])
    after: Id = Field(description="The number of the other.", examples=[2])
    images: Count = Field(description="Images on both.", examples=[1000])
    median: float = Field(description="Half of them moved less than this, in map radii.", examples=[0.05])
    changed_island: Count = Field(description="Images that left an island for another.", examples=[31])
    largest: list[Move] = Field(description="Those that moved farthest.")


def island_of(report: IslandReportFacts) -> IslandReport:
    """An island as it goes over the wire."""
    island = report.island
    return IslandReport(
        number=island.number, name=island.name, image_count=island.image_count,
        labelled_count=island.labelled_count, proposal_count=report.proposal_count, purity=island.purity,
        class_name=report.class_name, centre_x=island.centre_x, centre_y=island.centre_y, radius=island.radius,
        odd_count=report.odd_count, odd_ones=[OddOne.model_validate(each) for each in report.odd_ones],
    )  # fmt: skip
