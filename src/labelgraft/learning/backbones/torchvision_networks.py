"""Classification networks of torchvision as backbones, for state dicts that users hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from labelgraft.domain.backbone import Backbone
from labelgraft.errors import BadInput, UnknownName
from labelgraft.learning.torchvision_compat import ensure_torchvision

if TYPE_CHECKING:
    from labelgraft.learning.weights import StateDict

TOPS = ("fc", "classifier", "heads", "head")


def known() -> list[str]:
    """The names of torchvision's classification architectures."""
    ensure_torchvision()
    from torchvision import models

    return list(models.list_models(module=models))


def create(architecture: str, *, keep_classifier: bool = False) -> Any:
    """The network with torchvision's random start; gives pooled features where the classifier is left out.

    Raises: UnknownName; BadInput if it has no part that pools or classifies under a usual name.
    """
    names = known()
    if architecture not in names:
        raise UnknownName("torchvision architecture", architecture, names)
    from torchvision import models

    quiet = {"init_weights": True} if architecture in ("googlenet", "inception_v3") else {}
    module = models.get_model(architecture, weights=None, **quiet)
    return module if keep_classifier else _without_top(module, architecture)


def with_weights(entry: Backbone, state: StateDict, *, keep_classifier: bool = False) -> Any:
    """The network with these weights; a classifier of other classes is left out.

    Raises: BadInput if a tensor of the trunk is absent or of another shape.
    """
    whole = create(entry.architecture, keep_classifier=True)
    own = whole.state_dict()
    wanted = [n for n in own if keep_classifier or n.split(".")[0] not in TOPS]
    bad = [n for n in wanted if n not in state or state[n].shape != own[n].shape]
    if bad:
        raise BadInput(
            f"Backbone {entry.name}: {len(bad)} of {len(wanted)} tensors of {entry.architecture} are "
            f"absent or of another shape in the weights ({bad[0]} first). Nothing was loaded. Check that "
            "file and architecture belong together."
        )
    whole.load_state_dict({n: state[n] for n in wanted}, strict=False)
    return whole if keep_classifier else _without_top(whole, entry.architecture)


def _without_top(module: Any, architecture: str) -> Any:
    from torch import nn

    if hasattr(module, "features"):
        return nn.Sequential(module.features, nn.AdaptiveAvgPool2d(1), nn.Flatten())
    top = next((name for name in TOPS if hasattr(module, name)), None)
    if top is None:
        raise BadInput(
            f"torchvision:{architecture}: found no classifier to leave out; take timm's twin of it."
        )
    setattr(module, top, nn.Identity())
    return module
