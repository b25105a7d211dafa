"""What a running step can say and ask: its progress within itself, and whether to stop early."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Protocol


class Report(Protocol):
    """Takes the progress within one step."""

    def __call__(self, done: int, message: str = "", total: int | None = None) -> None:
        """done: units of this step so far. total: the step's units, where the plan could not know them."""


def _nobody_listens(done: int, message: str = "", total: int | None = None) -> None:
    """The progress of a step that runs outside of a job."""


def _never() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class StepControls:
    """The running step's line to its job.

    report: tell progress within the step; cheap, call it as often as you like.
    stop_requested: whether the user cancelled. A long step may then end with what it has (then it counts as
    finished), or raise JobCancelled (then it runs again on resume). One that never asks runs to its end.
    """

    report: Report = _nobody_listens
    stop_requested: Callable[[], bool] = _never


_OUTSIDE = StepControls()
_current: ContextVar[StepControls] = ContextVar("labelgraft_step", default=_OUTSIDE)


def current_step() -> StepControls:
    """The controls of the step that runs in this thread; outside of a job they do nothing."""
    return _current.get()


@contextmanager
def step_controls(controls: StepControls) -> Iterator[None]:
    """Make these the current step's controls."""
    token = _current.set(controls)
    try:
        yield
    finally:
        _current.reset(token)
