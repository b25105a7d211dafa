"""The untouched backbone of the catalogue as a starting point of training."""

from __future__ import annotations

from labelgraft.domain.backbone import Backbone
from labelgraft.domain.training import WeightsKind
from labelgraft.learning.backbones import registry
from labelgraft.learning.backbones.names import BackboneName
from labelgraft.learning.backbones.timm_networks import load_module
from labelgraft.learning.finetuning.network import Base, BaseSource


def base_source(backbone: str, *, weights: WeightsKind = WeightsKind.PRETRAINED, seed: int = 0) -> BaseSource:
    """Makes the named backbone afresh at each call, with its own weights or with seeded random ones.

    Raises (at the call): UnknownName, Unreachable, BadInput, BadSetting as the catalogue does.
    """

    def make() -> Base:
        name = random_name(backbone, seed) if weights is WeightsKind.RANDOM else backbone
        return base_of(registry.get(name))

    return make


def random_name(backbone: str, seed: int) -> str:
    """The catalogue's name for the same architecture with seeded random weights."""
    return f"random:{BackboneName.parse(backbone).base}#{seed}"


def base_of(entry: Backbone) -> Base:
    """A catalogue entry's network with its weights."""
    loaded = load_module(entry)
    look = entry.preprocessing
    return Base(entry.name, loaded.module, look.input_px, look.mean, look.std, loaded.weights_digest)
