"""The catalogue against timm, and how names become entries."""

from __future__ import annotations

from pathlib import Path

import pytest

from labelgraft.domain.backbone import Backbone, Library
from labelgraft.errors import BadSetting, UnknownName
from labelgraft.learning.backbones import registry
from labelgraft.learning.backbones.described import measure, timm_entry, torchvision_entry
from labelgraft.learning.backbones.names import BackboneName, Origin
from labelgraft.learning.backbones.timm_networks import create_timm
from labelgraft.learning.torchvision_compat import ensure_torchvision

OF_TIMM = [b for b in registry.catalogue() if b.library is Library.TIMM]


@pytest.mark.parametrize("backbone", OF_TIMM, ids=lambda b: b.name)
def test_an_entry_says_what_timm_says_of_its_weights(backbone: Backbone) -> None:
    ensure_torchvision()
    import timm

    settings = timm.get_pretrained_cfg(backbone.architecture)
    p = backbone.preprocessing
    assert (p.mean, p.std) == (tuple(settings.mean), tuple(settings.std))
    assert (p.crop_fraction, p.interpolation.value) == (settings.crop_pct, settings.interpolation)
    assert p.input_px == settings.input_size[-1] or "Built for 224 px" in backbone.note
    assert backbone.weights_licence.lower() == settings.license
    if backbone.weights_source.startswith("hub "):
        assert backbone.weights_source == f"hub {settings.hf_hub_id}"


@pytest.mark.parametrize("backbone", OF_TIMM, ids=lambda b: b.name)
def test_an_entry_counts_parameters_width_and_multiply_adds_rightly(backbone: Backbone) -> None:
    import torch

    with torch.device("meta"):
        module = create_timm(backbone).eval()
        parameters = sum(p.numel() for p in module.parameters()) / 1e6
        module.reset_classifier(0)
        width, gmacs = measure(module, backbone.preprocessing.input_px)
    assert parameters == pytest.approx(backbone.parameters_millions, abs=0.006)
    assert (width, gmacs) == (backbone.feature_width, backbone.gmacs)


def test_names_are_unique_and_the_default_is_among_them() -> None:
    names = [b.name for b in registry.catalogue()]
    assert len(set(names)) == len(names)
    assert names[:2] == ["color-histogram", registry.DEFAULT]


def test_an_unknown_name_lists_near_ones() -> None:
    with pytest.raises(UnknownName, match="'efficientnet-lite0'"):
        registry.get("efficientnet-lite")
    with pytest.raises(UnknownName, match="'resnet18'"):
        registry.get("timm:resnet118")
    with pytest.raises(UnknownName, match="'squeezenet1_1'"):
        registry.get("torchvision:squeezenet1")


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("resnet50", BackboneName("resnet50")),
        ("timm:resnet18.a1_in1k", BackboneName("timm:resnet18.a1_in1k")),
        ("resnet50@/w/a@b.pth", BackboneName("resnet50", Origin.FILE, Path("/w/a@b.pth"))),
        ("random:timm:resnet18#7", BackboneName("timm:resnet18", Origin.RANDOM, seed=7)),
        ("random:resnet50", BackboneName("resnet50", Origin.RANDOM)),
        ("onnx:/n/net.onnx#out", BackboneName("onnx:/n/net.onnx", output="out")),
        ("onnx:/n@m/net.onnx", BackboneName("onnx:/n@m/net.onnx")),
    ],
)
def test_a_name_comes_apart_as_described(name: str, parts: BackboneName) -> None:
    assert BackboneName.parse(name) == parts


@pytest.mark.parametrize("name", ["random:resnet50#x", "random:resnet50@file", "random:color-histogram"])
def test_names_that_contradict_themselves_are_refused(name: str) -> None:
    with pytest.raises(BadSetting):
        registry.get(name)


def test_a_weights_file_becomes_part_of_the_name(tmp_path: Path) -> None:
    entry = registry.get("resnet18", weights_file=tmp_path / "w.safetensors")
    assert entry.name == f"resnet18@{tmp_path / 'w.safetensors'}"
    assert entry.preprocessing == registry.get("resnet18").preprocessing
    with pytest.raises(BadSetting, match="says already"):
        registry.get("random:resnet18", weights_file=tmp_path / "w.safetensors")


def test_any_network_of_timm_describes_itself() -> None:
    entry = timm_entry("resnet10t.c3_in1k")
    assert (entry.name, entry.feature_width, entry.preprocessing.input_px) == (
        "timm:resnet10t.c3_in1k",
        512,
        176,
    )
    assert entry.weights_licence == "apache-2.0"


def test_a_network_of_torchvision_describes_itself() -> None:
    entry = torchvision_entry("squeezenet1_0")
    assert (entry.feature_width, entry.parameters_millions) == (512, 1.25)
