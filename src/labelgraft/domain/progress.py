"""How far a piece of work has come."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """done and total count `unit`s; total 0 while unknown.

    rate: units per second over the last while, 0 while unknown. seconds_left: None while unknown.
    """

    done: int
    total: int
    unit: str
    rate: float = 0.0
    seconds_left: float | None = None
    message: str = ""
