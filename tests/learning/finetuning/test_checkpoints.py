from __future__ import annotations

import contextlib
import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labelgraft.errors import BadFormat
from labelgraft.learning.finetuning import checkpoints
from labelgraft.learning.finetuning.checkpoints import HeadHeader
from labelgraft.learning.finetuning.recipe import Recipe
from labelgraft.learning.finetuning.training import train

HEADER = HeadHeader(
    backbone="tiny",
    base_digest="ab" * 32,
    weights="pretrained",
    frozen_blocks=6,
    width=1024,
    hidden=None,
    class_names=("red", "green", "blue"),
    multi_label=False,
    preprocessing={"input_px": 32, "mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5]},
    backend="torch",
    temperature=1.25,
)
TENSORS = {"head.a": torch.arange(6.0).view(2, 3), "upper.b": torch.ones(2, dtype=torch.int64)}


def test_a_head_file_gives_back_header_and_bits(tmp_path: Path) -> None:
    checkpoints.write_head(tmp_path / "head.safetensors", HEADER, TENSORS)
    header, tensors = checkpoints.read_head(tmp_path / "head.safetensors")
    assert header == HEADER
    assert all(torch.equal(TENSORS[name], tensors[name]) for name in TENSORS)
    assert [file.name for file in tmp_path.iterdir()] == ["head.safetensors"]


def test_a_checkpoint_gives_back_all_that_training_needs(tmp_path: Path, build: SimpleNamespace) -> None:
    network = build.network(6)
    outcome = train(network, build.data(network), Recipe(phase="last blocks", epochs=2, batch_size=8))
    checkpoints.write(tmp_path / "7", HEADER, outcome.state, {"metrics_lines": 2})
    read = checkpoints.read(tmp_path / "7")
    assert read.ladder == {"metrics_lines": 2}
    assert replace(read.state, tensors={}) == replace(outcome.state, tensors={})
    assert read.state.tensors.keys() == outcome.state.tensors.keys()
    assert all(torch.equal(t, read.state.tensors[n]) for n, t in outcome.state.tensors.items())


def test_a_checkpoint_is_replaced_whole(tmp_path: Path, build: SimpleNamespace) -> None:
    network = build.network(8)
    state = train(network, build.data(network), Recipe(phase="p", epochs=1)).state
    checkpoints.write(tmp_path / "1", HEADER, state, {"metrics_lines": 1})
    checkpoints.write(tmp_path / "1", HEADER, state, {"metrics_lines": 2})
    assert checkpoints.read(tmp_path / "1").ladder == {"metrics_lines": 2}
    assert [folder.name for folder in tmp_path.iterdir()] == ["1"]


def test_a_changed_byte_in_a_checkpoint_is_noticed(tmp_path: Path, build: SimpleNamespace) -> None:
    network = build.network(8)
    state = train(network, build.data(network), Recipe(phase="p", epochs=1)).state
    checkpoints.write(tmp_path / "1", HEADER, state, {})
    file = tmp_path / "1" / checkpoints.STATE
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)
    with pytest.raises(BadFormat, match="not the ones that were written"):
        checkpoints.read(tmp_path / "1")


def header_claiming(length: int, text: bytes = b"{}") -> bytes:
    return length.to_bytes(8, "little") + text


HOSTILE = {
    "empty": b"",
    "too short": b"\x01\x02",
    "pickle": b"\x80\x04\x95" + b"x" * 100,
    "a header of 2^60 bytes": header_claiming(2**60),
    "a header longer than the file": header_claiming(5000),
    "no JSON": header_claiming(6, b"hello!"),
    "JSON nested 100,000 deep": header_claiming(100_000, b"[" * 100_000),
    "offsets outside": header_claiming(
        67, b'{"a":{"dtype":"F32","shape":[9999999],"data_offsets":[0,39999996]}}'
    ),
    "negative shape": header_claiming(55, b'{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}')
    + b"1234",
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_damaged_or_hostile_file_is_refused_in_words(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "head.safetensors"
    file.write_bytes(content)
    with pytest.raises(BadFormat, match="Nothing was loaded"):
        checkpoints.read_head(file)


@pytest.mark.parametrize(
    "header",
    ["no json", "[]", "{}", json.dumps({"backbone": "x"}), "[" * 5000],
)
def test_a_foreign_header_inside_a_whole_file_is_refused_in_words(tmp_path: Path, header: str) -> None:
    import safetensors.torch

    file = tmp_path / "head.safetensors"
    safetensors.torch.save_file(TENSORS, file, {"labelgraft": header})
    with pytest.raises(BadFormat, match="Nothing was loaded"):
        checkpoints.read_head(file)


def test_values_of_the_wrong_kind_in_the_header_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "head.safetensors"
    checkpoints.write_head(file, replace(HEADER, frozen_blocks="many"), TENSORS)  # type: ignore[arg-type]
    with pytest.raises(BadFormat, match="wrong kind"):
        checkpoints.read_head(file)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.integers(0, 2000), flip=st.integers(0, 600), value=st.integers(0, 255))
def test_damage_gives_a_refusal_in_words_or_does_not_matter(
    tmp_path: Path, cut: int, flip: int, value: int
) -> None:
    file = tmp_path / "head.safetensors"
    checkpoints.write_head(file, HEADER, TENSORS)
    content = bytearray(file.read_bytes())
    content[flip % len(content)] = value
    file.write_bytes(content[: max(0, len(content) - cut)] if cut % 3 == 0 else content)
    with contextlib.suppress(BadFormat):  # anything else fails this test
        checkpoints.read_head(file)
