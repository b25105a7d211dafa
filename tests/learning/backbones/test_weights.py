"""Weights files of all kinds, and files that only look like them."""

from __future__ import annotations

import pickle
import struct
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from labelgraft.errors import BadInput
from labelgraft.learning.backbones import network, registry
from labelgraft.learning.backbones.timm_networks import load_module, torch_module
from labelgraft.learning.weights import by_order, file_digest, read_state_dict, state_digest

TENSORS = {"a.weight": torch.arange(6.0).reshape(2, 3), "a.bias": torch.zeros(2)}


class Bomb:
    """Writes a file when it is unpickled by a careless reader."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return (Path.write_text, (self.mark, "executed"))


@pytest.mark.parametrize("wrapper", [None, "state_dict", "model"])
def test_a_state_dict_is_found_inside_the_usual_wrappers(tmp_path: Path, wrapper: str | None) -> None:
    prefixed = {f"module.{name}": value for name, value in TENSORS.items()}
    torch.save({wrapper: prefixed, "epoch": 3} if wrapper else prefixed, tmp_path / "w.pth")
    found = read_state_dict(tmp_path / "w.pth", trusted=True)
    assert state_digest(found) == state_digest(TENSORS)


def test_a_foreign_file_is_read_in_a_child_and_arrives_whole(tmp_path: Path) -> None:
    torch.save(TENSORS, tmp_path / "w.bin")
    assert state_digest(read_state_dict(tmp_path / "w.bin")) == state_digest(TENSORS)


def test_safetensors_are_known_by_content_whatever_the_name(tmp_path: Path) -> None:
    save_file(TENSORS, tmp_path / "w.pth")
    assert state_digest(read_state_dict(tmp_path / "w.pth")) == state_digest(TENSORS)


def test_nothing_in_a_file_is_ever_executed(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    torch.save({"state_dict": TENSORS, "extra": Bomb(mark)}, tmp_path / "bomb.pth")
    (tmp_path / "plain.pkl").write_bytes(pickle.dumps(Bomb(mark)))
    with pytest.raises(BadInput, match="nothing of it was executed"):
        read_state_dict(tmp_path / "bomb.pth")
    with pytest.raises(BadInput):
        read_state_dict(tmp_path / "plain.pkl", trusted=True)
    assert not mark.exists()


@pytest.mark.parametrize("content", [b"", b"no weights at all", b"PK\x03\x04 half a zip"])
def test_a_file_that_is_no_weights_file_says_so(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "w.pth").write_bytes(content)
    with pytest.raises(BadInput, match=r"w\.pth"):
        read_state_dict(tmp_path / "w.pth", trusted=True)


def test_an_absent_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no such weights file"):
        load_module(registry.get("resnet18", weights_file=tmp_path / "gone.safetensors"))


def test_mapping_by_order_insists_on_count_and_shape() -> None:
    with pytest.raises(BadInput, match="found 1 tensors, expected 2"):
        by_order({"x": torch.zeros(2)}, TENSORS, source="file")
    with pytest.raises(BadInput, match=r"x has shape \(3, 2\), expected \(2, 3\)"):
        by_order({"x": torch.zeros(3, 2), "y": torch.zeros(2)}, TENSORS, source="file")


def test_weights_of_another_architecture_are_refused_whole(tmp_path: Path) -> None:
    other = torch_module("random:mobilenetv4_conv_small", keep_classifier=True)
    save_file(other.state_dict(), tmp_path / "w.safetensors")
    with pytest.raises(BadInput, match="do not fit mobilenetv3_large_100"):
        load_module(registry.get("mobilenetv3_large_100", weights_file=tmp_path / "w.safetensors"))


@pytest.mark.parametrize("classes", [0, 7])
def test_weights_with_other_classes_or_none_give_the_same_trunk(tmp_path: Path, classes: int) -> None:
    source = load_module("random:mobilenetv4_conv_small#3", keep_classifier=True).module
    source.reset_classifier(classes)  # type: ignore[operator]
    save_file(source.state_dict(), tmp_path / "w.safetensors")
    loaded = torch_module(registry.get("mobilenetv4_conv_small", weights_file=tmp_path / "w.safetensors"))
    own = source.state_dict()
    assert all(torch.equal(value, own[name]) for name, value in loaded.state_dict().items())


def test_squeezenet_of_torchvision_embeds_with_a_state_dict_of_the_user(shared_weights: Path) -> None:
    file = shared_weights / "squeezenet1_0_deepcompression_fp16.pth"
    loaded = network.load("torchvision:squeezenet1_0", weights_file=file, backend="torch")
    pixels = np.random.default_rng(0).integers(0, 256, (3, 224, 224, 3), dtype=np.uint8)
    embeddings = loaded.embed(pixels)
    assert embeddings.shape == (3, 512)
    assert loaded.weights_digest == file_digest(file)
    assert float(np.abs(embeddings).max()) > 0


def safetensors_of(header: bytes, body: bytes, *, said: int | None = None) -> bytes:
    return struct.pack("<Q", len(header) if said is None else said) + header + body


OVERLAPPING = (
    b'{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},'
    b'"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}'
)


@pytest.mark.parametrize(
    "content",
    [
        safetensors_of(b"{}", b"", said=100_000_001),
        safetensors_of(b"{}", b"", said=2**63),
        safetensors_of(b'{"a":{"dtype":"F32","shape":[1000000000],"data_offsets":[0,4000000000]}}', b"1234"),
        safetensors_of(OVERLAPPING, bytes(12)),
    ],
    ids=["header of 100 MB", "header of exabytes", "body that is not there", "tensors over each other"],
)
def test_a_safetensors_file_that_lies_about_itself_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "lying.safetensors"
    path.write_bytes(content)
    with pytest.raises(BadInput, match=r"lying\.safetensors"):
        read_state_dict(path)
