"""A head trained for a run: its live metrics go to a file, and a stop file ends it after the epoch."""

from __future__ import annotations

import json
from pathlib import Path

from labelgraft.domain.arrays import Bools, Floats, Ints
from labelgraft.domain.training import EpochMetrics, TrainingSettings
from labelgraft.learning.finetuning.names import METRICS, STOP
from labelgraft.learning.heads.head import HeldOut, TrainedHead, train_head
from labelgraft.learning.heads.mlp_settings import Watcher


def train_recorded(
    run_folder: str,
    embeddings: Floats,
    labels: Ints | Bools,
    class_names: tuple[str, ...],
    settings: TrainingSettings,
    *,
    multi_label: bool,
    groups: Ints,
    background: Floats,
    test: HeldOut | None,
) -> TrainedHead:
    """heads.head.train_head with its epochs written to metrics.jsonl in the folder of the run, as they come.

    A file named stop in that folder ends the training after its current epoch; what was learnt is kept.
    """
    folder = Path(run_folder)
    with (folder / METRICS).open("w", encoding="utf-8") as file:

        def keep(metrics: EpochMetrics) -> None:
            file.write(json.dumps(metrics.as_mapping()) + "\n")
            file.flush()

        return train_head(
            embeddings, labels, class_names, settings, multi_label=multi_label, groups=groups, background=background,
            test=test, watcher=Watcher(keep, (folder / STOP).exists),
        )  # fmt: skip
