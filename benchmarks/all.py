"""Every figure of the README, one table after the other. Takes about half an hour on two cores.

python benchmarks/all.py
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
ORDER = (
    "label_efficiency.py", "purity.py", "gestures.py", "embedding_throughput.py", "finetuning_pass.py", "head_speed.py",
    "map_round.py", "tables_at_scale.py", "labelling_over_http.py", "screens_at_scale.py",
    "detector_adapter.py", "batch_prediction.py", "dense_training.py", "effort_boxes.py",
    "editor_frames.py",
)  # fmt: skip


def main() -> int:
    failed = [
        name
        for name in ORDER
        if subprocess.run(
            [sys.executable, "-m", f"benchmarks.{name[:-3]}"], cwd=HERE.parent, check=False
        ).returncode
    ]
    for name in failed:
        print(f"{name} failed", file=sys.stderr)
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
