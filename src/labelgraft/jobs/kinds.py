"""What a kind of job is: plan, steps, finish; all in JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Payload = Any
"""What one step gets: JSON (None, bool, int, float, str, list, dict with str keys)."""

Arguments = dict[str, Any]
"""What a job gets: a JSON object."""


def one_unit(_payload: Payload) -> int:
    """Each step counts as one."""
    return 1


@dataclass(frozen=True, slots=True)
class JobKind:
    """A kind of job that the runner can start and resume.

    A step that a kill hits in its middle runs again on resume, so a step must be idempotent: running it twice
    leaves the same as once. A finished step is never run again. The same holds for `plan` and `finish`.

    name: how records and the job engine know it; never change it while jobs of it may be resumed.
    plan: the arguments to the steps' payloads, in order; runs once per job.
    step: a payload to its result; runs in a thread, and may wait for a process pool.
    finish: the arguments and all results, in the order of the payloads, to the job's result.
    concurrency: steps at a time in this process; with 1 they run one after the other in order.
    unit, size: what progress counts, and how many of it a payload holds.
    """

    name: str
    plan: Callable[[Arguments], list[Payload]]
    step: Callable[[Payload], Any]
    finish: Callable[[Arguments, list[Any]], Any]
    concurrency: int = 1
    unit: str = "steps"
    size: Callable[[Payload], int] = one_unit


def plain_json(value: Any, what: str) -> Any:
    """The value as it reads back from JSON: tuples are lists; so a resumed job sees what the first one saw.

    Raises: TypeError if it cannot be written as JSON, naming `what`.
    """
    try:
        return json.loads(json.dumps(value))
    except (TypeError, ValueError) as error:
        raise TypeError(f"{what} must be JSON: {error}") from error
