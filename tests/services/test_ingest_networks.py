"""A worker process keeps the networks of the last few jobs, and no more than its memory allows."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
import sys
from labelgraft.learning.backbones import registry
from labelgraft.services.ingest_messages import NetworkChoice
from labelgraft.services.ingest_worker import NETWORKS_KEPT, Networks
# The colour histogram needs no loading to speak of; the folder makes each choice another one.
choices = [NetworkChoice(registry.get("color-histogram"), cache_folder=str(n)) for n in range(NETWORKS_KEPT + 1)]
networks = Networks(int(float(sys.argv[1])))
first = [networks.get(choice) for choice in choices[:NETWORKS_KEPT]]
assert networks.get(None) is None
kept = [networks.get(choice) is network for choice, network in zip(choices, first)]
one_more = networks.get(choices[-1])
print(*kept, networks.get(choices[0]) is first[0], networks.get(choices[-1]) is one_more)
"""


def kept(memory_bytes: float) -> list[str]:
    """In a process of its own, as the bound on memory holds for the whole process."""
    ran = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(memory_bytes)], capture_output=True, text=True, check=True
    )
    return ran.stdout.split()


def test_the_networks_used_last_stay_loaded_and_the_oldest_gives_way() -> None:
    assert kept(1e12) == ["True", "True", "True", "False", "True"]


def test_with_little_memory_only_one_stays() -> None:
    # The very first is kept until another is asked for; then each drives out the one before.
    assert kept(1) == ["False", "False", "False", "False", "False"]
