"""The progress bar of long work: done of total, rate, time left."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as RichProgress

from labelgraft.domain.progress import Progress

STEPS = "steps"
"""The unit of jobs that count nothing which a person would."""


def time_left(seconds: float | None) -> str:
    """A duration as people say it."""
    if seconds is None:
        return ""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02d} min left"
    return f"{minutes} min {rest:02d} s left" if minutes else f"{rest} s left"


def rate_text(rate: float) -> str:
    """A rate as people say it; nothing while it is unknown."""
    if not rate:
        return ""
    return f"{rate:,.0f}/s" if rate >= 10 else f"{rate:.1f}/s"


@contextmanager
def bar(title: str) -> Iterator[Callable[[Progress], None]]:
    """A bar on standard error; call it with each new progress."""
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[unit]}"),
        TextColumn("{task.fields[rate]}"), TextColumn("{task.fields[left]}"), TimeElapsedColumn(),
    )  # fmt: skip
    with RichProgress(*columns, console=Console(stderr=True)) as shown:
        task = shown.add_task(title, total=None, unit="", rate="", left="")

        def advance(progress: Progress) -> None:
            counts = progress.unit != STEPS
            shown.update(
                task,
                completed=progress.done,
                total=progress.total
                if progress.total > 1
                else None,  # of one step only the time says something
                unit=progress.unit if counts else "",
                rate=rate_text(progress.rate) if counts else "",
                left=time_left(progress.seconds_left) if progress.done < progress.total else "",
                description=progress.message or title,
            )

        yield advance
