"""What one run computed of the frozen blocks, no other run computes again, however the first one ended."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import labelgraft
from labelgraft.domain.ids import ContentHash
from labelgraft.domain.model import Model
from labelgraft.domain.training import Augmentation, HeadKind, TrainingSettings
from labelgraft.errors import JobFailed, UnreadableImage
from labelgraft.learning.backbones import registry
from labelgraft.learning.finetuning.activation_file import ActivationFile
from labelgraft.learning.finetuning.frozen_facts import Engine, FrozenFacts
from labelgraft.services.kept_activations import Wanted, at_hand
from labelgraft.storage.workspace import Workspace

FACTS = FrozenFacts("efficientnet-lite0", "digest", 7, (2, 3))
ROOM = 10_000_000


def hashes(*numbers: int) -> list[ContentHash]:
    return [ContentHash(hashlib.sha256(str(n).encode()).hexdigest()) for n in numbers]


def wanted(*numbers: int, facts: FrozenFacts = FACTS, views: int = 2) -> Wanted:
    return Wanted(facts, registry.get("efficientnet-lite0"), hashes(*numbers), views)


def compute(file: ActivationFile, row: int, view: int, value: float) -> None:
    file.put(np.array([row]), np.array([view]), np.full((1, 2, 3), value, np.float32))


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace.open(tmp_path / "workspace", create=True) as opened:
        yield opened


def folder(tmp_path: Path, name: str) -> Path:
    (tmp_path / name).mkdir()
    return tmp_path / name


def test_rows_of_a_run_that_failed_are_known_to_the_next_one_in_its_own_order(
    workspace: Workspace, tmp_path: Path
) -> None:
    def fail() -> None:
        with at_hand(workspace, folder(tmp_path, "one"), wanted(1, 2, 3), ROOM) as file:
            compute(file, 0, 0, 10.0)
            compute(file, 2, 1, 31.0)
            file.flush()
            compute(file, 1, 0, 99.0)  # not whole: the process is killed before it says so
            raise JobFailed("killed")

    with pytest.raises(JobFailed):
        fail()
    with at_hand(workspace, folder(tmp_path, "two"), wanted(3, 2, 1), ROOM) as file:
        assert file.known.tolist() == [[False, True], [False, False], [True, False]]
        assert (file.values[0, 1] == 31.0).all()
        assert (file.values[2, 0] == 10.0).all()


@pytest.mark.parametrize(
    "other",
    [
        replace(FACTS, weights_digest="other"),
        replace(FACTS, frozen_blocks=6),
        replace(FACTS, engine=Engine("openvino", "f32")),
        replace(FACTS, engine=Engine("torch", "bf16")),
    ],
)
def test_what_was_computed_otherwise_is_not_known(
    workspace: Workspace, tmp_path: Path, other: FrozenFacts
) -> None:
    with at_hand(workspace, folder(tmp_path, "one"), wanted(1), ROOM) as file:
        compute(file, 0, 0, 1.0)
        file.flush()
    with at_hand(workspace, folder(tmp_path, "two"), wanted(1, facts=other), ROOM) as file:
        assert not file.known.any()


def test_more_than_fits_the_cache_is_not_kept(workspace: Workspace, tmp_path: Path) -> None:
    with at_hand(workspace, folder(tmp_path, "one"), wanted(1), cache_bytes=10) as file:
        compute(file, 0, 0, 1.0)
        file.flush()
    assert all(space.count == 0 for space in workspace.embeddings.spaces())


def test_activations_go_oldest_first_but_never_while_a_run_uses_them(
    workspace: Workspace, tmp_path: Path
) -> None:
    old, new = wanted(1, views=1), wanted(1, views=1, facts=replace(FACTS, frozen_blocks=6))
    for age, each in ((200, old), (100, new)):
        with at_hand(workspace, folder(tmp_path, str(age)), each, ROOM) as file:
            compute(file, 0, 0, 1.0)
            file.flush()
        key_file = workspace.embeddings.space(each.keys[0]).folder / "key.json"
        os.utime(key_file, (key_file.stat().st_mtime - age,) * 2)
    evict = workspace.embeddings.evict
    with workspace.embeddings.holding(old.keys), workspace.embeddings.holding(old.keys):
        with workspace.embeddings.holding(old.keys):
            pass
        assert evict(1) == [*new.keys]
    assert evict(1) == [*old.keys]


BACKBONE = "random:timm:mobilenetv3_small_050#0"


def paint(folder: Path, count: int) -> None:
    """Noisy pictures in folders by the channel that is brighter."""
    draw = np.random.default_rng(0)
    for number in range(count):
        pixels = draw.integers(0, 120, (40, 40, 3), dtype=np.uint8)
        pixels[..., number % 2] += 130
        file = folder / ("red", "green")[number % 2] / f"{number:03}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(file)


def computed(bench: labelgraft.Workbench, model: Model) -> str:
    notes = (bench.folder / "runs" / str(model.run_id) / "notes.jsonl").read_text()
    return next(line for line in notes.splitlines() if "Frozen blocks" in line)


@pytest.mark.slow
def test_a_second_run_computes_nothing_again_with_another_seed_nor_in_another_project_with_the_same_files(
    tmp_path: Path,
) -> None:
    paint(tmp_path / "one", 60)
    paint(tmp_path / "two", 64)
    settings = TrainingSettings(
        head=HeadKind.FINETUNE, frozen_blocks=5, epochs=1, batch_size=16, augmentation=Augmentation.MIRROR
    )
    with labelgraft.open(tmp_path / "workspace", create=True) as bench:
        first, second = (bench.new_project(name, backbone=BACKBONE) for name in ("first", "second"))
        first.add_images(tmp_path / "one")
        second.add_images(tmp_path / "two")
        assert "120 of 120 activations were computed" in computed(bench, first.train(settings))
        assert first.predict().images == 60
        runs = bench.folder / "runs"
        assert not list(runs.glob("*/activations*")), "what is kept is kept once"
        assert not list(runs.glob("*/views*"))

        # Nobody opens the file of an image whose activations are known, unless every step needs its pixels.
        changed = tmp_path / "one" / "green" / "059.png"
        changed.write_bytes((tmp_path / "one" / "red" / "000.png").read_bytes())
        assert "0 of 120 activations were computed" in computed(bench, first.train(replace(settings, seed=1)))
        with pytest.raises(UnreadableImage, match="bytes changed since it was imported"):
            first.train(replace(settings, full_steps=1))

        # In the other project 60 of 64 images are the same, by their bytes.
        assert "8 of 128 activations were computed" in computed(bench, second.train(settings))
