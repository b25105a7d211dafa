from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import torch

from labelgraft.domain.backbone import Library
from labelgraft.errors import BadSetting
from labelgraft.learning.backbones import registry
from labelgraft.learning.finetuning.blocks import blocks
from labelgraft.learning.finetuning.split import Split
from labelgraft.learning.torchvision_compat import ensure_torchvision

SMALL_PX = {"legacy_xception": 75}


def architectures() -> list[str]:
    """Every architecture of timm in the catalogue, without its weights' tag, and two more families."""
    entries = [b.architecture for b in registry.catalogue() if b.library is Library.TIMM]
    tagless = dict.fromkeys(name.partition(".")[0] for name in entries if "base" not in name)
    return [*tagless, "resnet18", "vit_tiny_patch16_224", "levit_128s"]


def create(architecture: str) -> tuple[Any, torch.Tensor]:
    ensure_torchvision()
    import timm

    px = SMALL_PX.get(architecture, 64)
    options: dict[str, Any] = {}
    if architecture.startswith("levit"):
        px = 224
    elif architecture.startswith("vit"):
        px = 56 if "14" in architecture else 64
        options["img_size"] = px
    torch.manual_seed(0)
    model = timm.create_model(architecture, pretrained=False, num_classes=0, **options).eval()
    return model, torch.randn(2, 3, px, px)


@pytest.mark.slow
@pytest.mark.parametrize("architecture", dict.fromkeys(architectures()))
def test_the_two_halves_of_every_backbone_are_the_whole_at_every_cut(architecture: str) -> None:
    model, images = create(architecture)
    with torch.no_grad():
        whole = model(images)
    for frozen in reversed(
        range(len(blocks(model)) + 1)
    ):  # batch norms below a cut are replaced: deepest last
        split = Split(model, frozen, example=images)
        with torch.no_grad():
            halves = split.upper(split.lower(images))
        assert split.cacheable, split.reason
        torch.testing.assert_close(halves, whole, rtol=1e-5, atol=1e-5)


def test_blocks_go_from_stem_to_top_and_hold_every_weight_once(build: SimpleNamespace) -> None:
    model = build.source()().module
    found = blocks(model)
    assert [block.name for block in found] == ["stem", *(f"stage {n}" for n in range(1, 7)), "top"]
    names = [name for block in found for name in block.parameters]
    assert sorted(names) == sorted(name for name, _ in model.named_parameters())
    assert sum(block.weight_count for block in found) == sum(p.numel() for p in model.parameters())


def test_too_many_frozen_blocks_are_told_with_the_names_of_the_blocks(build: SimpleNamespace) -> None:
    with pytest.raises(BadSetting, match=r"found 99, expected 0 to 8; .* stem, stage 1"):
        Split(build.source()().module, 99)


@pytest.mark.parametrize("frozen", [1, 4, 8])
def test_frozen_tensors_are_the_same_bits_after_training_also_after_train_was_called(
    build: SimpleNamespace, frozen: int
) -> None:
    network = build.network(frozen)
    before = {name: value.clone() for name, value in network.lower.state_dict().items()}
    network.learns_statistics = True
    network.train()
    network.lower.train()  # what a careless caller does
    optimiser = torch.optim.SGD(network.parameters(), lr=0.1)
    for _ in range(3):
        optimiser.zero_grad()
        network(torch.randint(0, 255, (16, 32, 32, 3), dtype=torch.uint8)).square().sum().backward()
        optimiser.step()
    after = network.lower.state_dict()
    assert before.keys() == after.keys()
    assert all(torch.equal(before[name], after[name]) for name in before)


def test_batch_norm_above_the_cut_keeps_its_statistics_unless_told_to_learn(build: SimpleNamespace) -> None:
    network = build.network(4)
    statistics = [name for name in network.upper.state_dict() if name.endswith("running_mean")]

    def moved() -> bool:
        before = {name: network.upper.state_dict()[name].clone() for name in statistics}
        network.train()
        network(torch.randint(0, 255, (16, 32, 32, 3), dtype=torch.uint8))
        return any(not torch.equal(before[name], network.upper.state_dict()[name]) for name in statistics)

    assert statistics
    assert not moved()
    network.learns_statistics = True
    assert moved()


class Crossing(torch.nn.Module):
    """Two tensors pass between its blocks."""

    def __init__(self) -> None:
        super().__init__()
        self.first = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 1), torch.nn.BatchNorm2d(4))
        self.second = torch.nn.Conv2d(4, 4, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.first(x)
        result: torch.Tensor = (self.second(y) + x.mean()).mean((2, 3))
        return result

    def group_matcher(self, coarse: bool = False) -> dict[str, str]:  # noqa: ARG002
        return {"stem": r"^first", "blocks": r"^second"}


def test_a_network_that_cannot_be_cut_is_frozen_without_a_cache_and_says_so() -> None:
    model, images = Crossing().eval(), torch.randn(2, 3, 8, 8)
    with torch.no_grad():
        whole = model(images)
    split = Split(model, 1, example=images)
    assert not split.cacheable
    assert "more than one tensor" in split.reason
    torch.testing.assert_close(split.upper(split.lower(images)), whole)
    trained = [name for name, p in split.upper.named_parameters() if p.requires_grad]
    assert trained == ["second.weight", "second.bias"]
    kept = split.upper.state_dict()["first.1.running_mean"].clone()
    split.upper.train()(images)
    assert torch.equal(split.upper.state_dict()["first.1.running_mean"], kept)
