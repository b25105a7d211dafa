"""A run's own process: `python -m labelgraft.learning.dense.process RUN_FOLDER`; as finetuning's, for shapes."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from labelgraft.learning.dense import deployed, request_files
from labelgraft.learning.dense.ladder import DenseClimbed, DenseRequest, climb
from labelgraft.learning.finetuning.base import base_source
from labelgraft.learning.finetuning.names import MODEL, RESULT, write_json
from labelgraft.learning.finetuning.process import be_a_good_neighbour, guarded
from labelgraft.learning.finetuning.run_folder import RunFolder


def main(folder: Path) -> int:
    """Exit code: 0 if the run finished or was stopped, 1 if it failed."""
    return guarded(folder, _work)


def _work(run: RunFolder) -> None:
    facts, images = request_files.read(run.path)
    be_a_good_neighbour(facts.threads, facts.nice)
    settings = facts.settings
    weights = type(settings.weights)("random" if settings.head == "scratch" else settings.weights)
    request = DenseRequest(
        facts.kind, settings, facts.class_names, [one.picture for one in images], [one.truth for one in images],
        np.array([one.held_out for one in images], np.bool_), facts.data_version,
    )  # fmt: skip
    climbed = climb(base_source(facts.backbone, weights=weights, seed=settings.seed), request, run)
    deployed.save(run.path / MODEL, climbed.network, climbed.header)
    write_json(run.path / RESULT, _result(climbed), durable=True)


def _result(climbed: DenseClimbed) -> dict[str, Any]:
    """How the run ended, as JSON values."""
    score = climbed.score
    told = None
    if score is not None:
        per_class = [asdict(row) for row in score.per_class]
        told = {
            "name": score.name,
            "figures": dict(score.figures),
            "count": score.count,
            "per_class": per_class,
        }
    return {
        "state": "stopped" if climbed.stopped else "finished",
        "model": MODEL,
        "reason": climbed.rungs[-1].reason,
        "rungs": [asdict(rung) for rung in climbed.rungs],
        "frozen_blocks": climbed.header.frozen_blocks,
        "held_out": told,
    }


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
