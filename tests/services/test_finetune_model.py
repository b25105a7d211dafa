"""A fine-tuned model through the workbench: trained in its own process, kept, scored on images it never saw."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import labelgraft
from labelgraft.domain.image import Split
from labelgraft.domain.training import Augmentation, HeadKind, TrainingSettings


@pytest.mark.slow
def test_a_fine_tuned_model_is_measured_on_the_test_split_alone_and_proposes_for_every_image(
    shared_data: Callable[[str], Path], tmp_path: Path
) -> None:
    photos = shared_data("catsdogs") / "images"
    chosen = sorted(photos.glob("cat.*"))[:35] + sorted(photos.glob("dog.*"))[:35]
    rows = [
        f"{path},{path.name[:3]},{'test' if number % 5 == 0 else 'train'}"
        for number, path in enumerate(chosen)
    ]
    (tmp_path / "labels.csv").write_text("path,label,split\n" + "\n".join(rows[:60]) + "\n")
    (tmp_path / "rest.csv").write_text("path,label\n" + "\n".join(f"{path}," for path in chosen[60:]) + "\n")
    with labelgraft.open(tmp_path / "workspace", create=True) as bench:
        pets = bench.new_project("pets", classes=["cat", "dog"])
        pets.add_images(tmp_path / "labels.csv")
        pets.add_images(tmp_path / "rest.csv")
        held_out = sum(row.image.split is Split.TEST for row in pets.images(limit=100).rows)
        settings = TrainingSettings(head=HeadKind.FINETUNE, epochs=2, augmentation=Augmentation.NONE)
        model = pets.train(settings)
        assert model.quality is not None
        assert model.quality.measured_on == "test split"
        assert model.quality.accuracy.count == held_out == 12
        assert model.labels_used == 60 - held_out
        report = pets.predict()
        assert report.unlabelled == 10
        round_1 = pets.map()
        assert round_1.embedding == f"model {model.name}"
        right = sum(row.proposed == Path(row.image.path).name[:3] for row in pets.images(limit=100).rows)
        assert right > 60
