"""Entries for architectures outside the catalogue, described by the libraries themselves."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from labelgraft.domain.backbone import Backbone, Interpolation, Library, Preprocessing
from labelgraft.errors import UnknownName
from labelgraft.learning.backbones import torchvision_networks
from labelgraft.learning.torchvision_compat import ensure_torchvision

if TYPE_CHECKING:
    import torch


@cache
def timm_entry(architecture: str) -> Backbone:
    """The entry `timm:<architecture>` from timm's own settings; counted on a network that holds no memory.

    Raises: UnknownName, with near names.
    """
    ensure_torchvision()
    import timm
    import torch

    if not timm.is_model(architecture.split(".")[0]):
        raise UnknownName("timm architecture", architecture, timm.list_models())
    settings: Any = timm.get_pretrained_cfg(architecture)
    input_px = settings.input_size[-1]
    with torch.device("meta"):
        module = timm.create_model(architecture, pretrained=False).eval()
        parameters = _millions(module)
        module.reset_classifier(0)
        width, gmacs = measure(module, input_px)
    return Backbone(
        name=f"timm:{architecture}",
        library=Library.TIMM,
        architecture=architecture,
        preprocessing=Preprocessing(
            input_px,
            settings.crop_pct or 1.0,
            Interpolation.BILINEAR if settings.interpolation == "bilinear" else Interpolation.BICUBIC,
            tuple(settings.mean),
            tuple(settings.std),
        ),
        feature_width=width,
        parameters_millions=parameters,
        gmacs=gmacs,
        pretraining=settings.tag or "none known to timm",
        code_licence="Apache-2.0",
        weights_licence=settings.license or "not stated",
        weights_source=f"hub {settings.hf_hub_id}" if settings.hf_hub_id else settings.url or "none",
        weights_digest="",
    )


@cache
def torchvision_entry(architecture: str) -> Backbone:
    """The entry `torchvision:<architecture>`, prepared as torchvision's ImageNet weights are.

    Raises: UnknownName, with near names; BadInput.
    """
    import torch

    with torch.device("meta"):
        parameters = _millions(torchvision_networks.create(architecture, keep_classifier=True))
        width, gmacs = measure(torchvision_networks.create(architecture).eval(), 224)
    mean, std = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
    return Backbone(
        name=f"torchvision:{architecture}",
        library=Library.TORCHVISION,
        architecture=architecture,
        preprocessing=Preprocessing(224, 0.875, Interpolation.BILINEAR, mean, std),
        feature_width=width,
        parameters_millions=parameters,
        gmacs=gmacs,
        pretraining="as the file",
        code_licence="BSD-3-Clause",
        weights_licence="as the file",
        weights_source="a file",
        weights_digest="",
    )


def measure(module: torch.nn.Module, input_px: int) -> tuple[int, float]:
    """Numbers per embedding, and GMACs of one image, of a module on the meta device."""
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    with FlopCounterMode(display=False) as counter:
        output = module(torch.zeros(1, 3, input_px, input_px, device="meta"))
    return output.shape[1], round(counter.get_total_flops() / 2e9, 2)


def _millions(module: torch.nn.Module) -> float:
    return round(sum(p.numel() for p in module.parameters()) / 1e6, 2)
