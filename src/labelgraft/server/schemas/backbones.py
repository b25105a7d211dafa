"""Schemas of backbones."""

from __future__ import annotations

from pydantic import Field

from labelgraft.domain.backbone import BackboneOffer
from labelgraft.server.schemas.base import BackboneName, Count, Schema, Share
from labelgraft.server.schemas.measures import Interval


class BackboneFacts(Schema):
    """One pretrained network of the catalogue."""

    name: str = Field(description="What it is called.", examples=["efficientnet-lite0"])
    input_px: Count = Field(description="The side of its square input.", examples=[224])
    feature_width: Count = Field(description="Numbers per embedding.", examples=[1280])
    parameters_millions: float = Field(description="Its size.", examples=[4.65])
    gmacs: float = Field(
        description="Its cost per image, in billions of multiplications; time grows with it."
    )
    images_per_second: float | None = Field(
        description="On this machine, reading the images included; null while nothing was measured.",
        examples=[187.0],
    )
    speed_measured: bool = Field(description="False: scaled from another backbone, within a factor of 2.")
    speed_basis: str = Field(description="Where the speed comes from, in words.")
    pretraining: str = Field(description="What it was trained on.", examples=["ImageNet-1k"])
    weights_licence: str = Field(description="Of its weights.", examples=["Apache-2.0"])
    weights_source: str = Field(description="Where its weights come from.")
    here: bool = Field(description="Whether it works without fetching weights.", examples=[True])
    note: str = Field(description="What else to know.", examples=[""])
    recommended: bool = Field(description="Whether to take it when in doubt.", examples=[True])


class BackboneScore(Schema):
    """How well a backbone separates the labels given so far."""

    backbone: str = Field(description="Its name.", examples=["efficientnet-lite0"])
    neighbours: Interval = Field(
        description="Share of labelled images whose nearest ones name the right class."
    )
    probe: Interval = Field(
        description="Share that a linear classifier gets right on images it was not fitted on."
    )
    chance: Share = Field(
        description="What always naming the most frequent class would give.", examples=[0.5]
    )
    labels: Count = Field(description="Labels it was measured on.", examples=[50])
    voters: Count = Field(description="Neighbours asked per image.", examples=[7])
    single_classes: Count = Field(description="Classes with one label, left out.", examples=[0])


class Recommendation(Schema):
    """The backbone to take, and why."""

    backbone: str = Field(description="Its name.", examples=["efficientnet-lite0"])
    reason: str = Field(description="In words.")
    clear: bool = Field(description="Whether the intervals of the best two are apart.", examples=[True])


class Comparison(Schema):
    """Every embedded backbone on the same labels, best first."""

    scores: list[BackboneScore] = Field(description="Best first.")
    recommendation: Recommendation = Field(description="Which to take.")
    labels_used: Count = Field(description="Labelled images that all of them embedded.", examples=[50])
    class_count: Count = Field(description="Classes of the project.", examples=[2])


class Embedding(Schema):
    """An embedding to make."""

    backbone: BackboneName | None = Field(
        None, description="By default the project's.", examples=["color-histogram"]
    )
    use: bool = Field(False, description="Make it the project's backbone when it is done.")


def backbone_of(offer: BackboneOffer) -> BackboneFacts:
    """A backbone as it goes over the wire."""
    each, speed = offer.backbone, offer.speed
    return BackboneFacts(
        name=each.name, input_px=each.preprocessing.input_px, feature_width=each.feature_width,
        parameters_millions=each.parameters_millions, gmacs=each.gmacs, images_per_second=speed.images_per_second,
        speed_measured=speed.measured, speed_basis=speed.basis, pretraining=each.pretraining,
        weights_licence=each.weights_licence, weights_source=each.weights_source, here=offer.here, note=each.note,
        recommended=offer.recommended,
    )  # fmt: skip
