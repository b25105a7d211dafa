"""A fine-tuned network at work gives what it gave while it was trained, on whichever engine."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from labelgraft.domain.arrays import Pixels
from labelgraft.errors import WorkspaceDamaged
from labelgraft.learning.backbones import registry
from labelgraft.learning.finetuning import deployed
from labelgraft.learning.finetuning.adapted import load
from labelgraft.learning.finetuning.base import base_source
from labelgraft.learning.finetuning.checkpoints import HeadHeader, read_head, write_head
from labelgraft.learning.finetuning.frozen_facts import EXACT
from labelgraft.learning.finetuning.network import AdaptedNetwork, ClassHead
from labelgraft.learning.finetuning.parity import is_close

BACKBONE = "random:timm:mobilenetv3_small_050#0"
fast = pytest.mark.skipif(
    importlib.util.find_spec("openvino") is None, reason="OpenVINO does not install here"
)


@pytest.fixture(scope="module")
def pictures() -> Pixels:
    """Smooth colours under noise; untrained batch norms see nothing in noise alone."""
    draw = np.random.default_rng(0)
    light = draw.integers(0, 200, (12, 4, 4, 3)).repeat(56, axis=1).repeat(56, axis=2)
    return (light + draw.integers(0, 55, light.shape)).astype(np.uint8)


@pytest.fixture(scope="module")
def network_file(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The file of a network whose last blocks have moved."""
    base = base_source(BACKBONE)()
    torch.manual_seed(0)
    network = AdaptedNetwork(base, 5, ClassHead(registry.get(BACKBONE).feature_width, 3, None))
    with torch.no_grad():
        for parameter in network.upper.parameters():
            parameter.mul_(1.1)
    header = HeadHeader(
        backbone=base.backbone, base_digest=base.digest, weights="pretrained", frozen_blocks=5,
        width=network.head.width, hidden=None, class_names=("a", "b", "c"), multi_label=False, preprocessing={},
        backend="torch",
    )  # fmt: skip
    file = tmp_path_factory.mktemp("model") / "network.safetensors"
    write_head(file, header, network.trained_tensors())
    return str(file)


@fast
@pytest.mark.slow
def test_the_converted_network_embeds_like_the_trained_one_and_is_converted_once(
    network_file: str, pictures: Pixels
) -> None:
    engine = deployed.deploy(BACKBONE, network_file, pictures[:8])
    assert engine.backend == "openvino"
    _, exact = load(network_file).predict(pictures)
    assert is_close(deployed.embed_inputs(BACKBONE, network_file, engine, pictures), exact)
    converted = Path(network_file).parent / deployed.CONVERTED / "network.xml"
    made = converted.stat().st_mtime_ns
    assert deployed.deploy(BACKBONE, network_file, pictures[:8]) == engine
    assert converted.stat().st_mtime_ns == made

    shutil.rmtree(converted.parent)  # it is expendable
    again = deployed.open_trained(registry.get(BACKBONE), network_file, engine.backend, engine.precision)
    assert (again.backend, again.precision, again.layer) == ("openvino", engine.precision, "adapted")
    assert is_close(again.embed(pictures), exact)


@pytest.mark.slow
def test_where_openvino_is_not_torch_gives_the_same_numbers(
    network_file: str, pictures: Pixels, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deployed, "best_backend", lambda: "torch")
    assert deployed.deploy(BACKBONE, network_file, pictures) == EXACT
    _, exact = load(network_file).predict(pictures)
    found = deployed.embed_inputs(BACKBONE, network_file, EXACT, pictures)
    np.testing.assert_allclose(found, exact, rtol=1e-3, atol=1e-4)


def test_a_network_trained_on_other_weights_is_refused(network_file: str, tmp_path: Path) -> None:
    header, tensors = read_head(Path(network_file))
    values = {name: getattr(header, name) for name in HeadHeader.__slots__} | {"base_digest": "other"}
    write_head(tmp_path / "network.safetensors", HeadHeader(**values), tensors)
    with pytest.raises(WorkspaceDamaged, match="trained on other weights"):
        deployed.open_trained(registry.get(BACKBONE), str(tmp_path / "network.safetensors"), "torch", "f32")
