"""The progress bar of long work: done of total, rate, time left."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as RichProgress

from labelgraft.domain.progress import Progress


def time_left(seconds: float | None) -> str:
    """A duration as people say it."""
    if seconds is None:
        return ""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02d} min left"
    return f"{minutes} min {rest:02d} s left" if minutes else f"{rest} s left"


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
            shown.update(
                task,
                completed=progress.done,
                total=progress.total or None,
                unit=progress.unit,
                rate=f"{progress.rate:,.0f}/s" if progress.rate else "",
                left=time_left(progress.seconds_left),
                description=progress.message or title,
            )

        yield advance
