"""Tables that fit the terminal: what is short stays in one line, what is long goes on in the next."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime

from rich import box
from rich.console import Console
from rich.table import Table

SHORT = 28
"""Cells up to this long are never broken."""
READABLE = 30
"""Longer cells may be broken, though not into shorter lines than this."""
ENDLESS = 10_000
"""Columns of what is no terminal: a file or another program wants each row in one line."""


def print_table(
    title: str, columns: Sequence[str], rows: Sequence[Sequence[object]], spare: Sequence[str] = ()
) -> None:
    """Print rows under their columns, without empty ones; `spare` ones go where the terminal is too narrow."""
    console = Console(width=None if sys.stdout.isatty() else ENDLESS, highlight=False)
    shown = [
        name for index, name in enumerate(columns) if not rows or any(row[index] is not None for row in rows)
    ]
    texts = [[cell_text(cell) for cell in row] for row in rows]
    for name in ("", *reversed(spare)):
        shown = [each for each in shown if each != name]
        if width_of(columns, texts, shown) <= console.width:
            break
    if title:
        console.print(title, soft_wrap=True, markup=False)
    console.print(table_of(columns, rows, shown))


def width_of(columns: Sequence[str], texts: Sequence[Sequence[str]], shown: Sequence[str]) -> int:
    """The least width that these columns can be read in; long cells may go on in the next line."""
    kept = [index for index, name in enumerate(columns) if name in shown]
    longest = (
        max(len(columns[i]), *(len(row[i]) for row in texts)) if texts else len(columns[i]) for i in kept
    )
    return sum(min(each, READABLE) + 2 for each in longest)


def table_of(columns: Sequence[str], rows: Sequence[Sequence[object]], shown: Sequence[str]) -> Table:
    """Some of the columns; numbers to the right."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    kept = [index for index, name in enumerate(columns) if name in shown]
    for index in kept:
        numeric = bool(rows) and all(is_number(row[index]) for row in rows)
        longest = max((len(cell_text(row[index])) for row in rows), default=0)
        table.add_column(
            columns[index], justify="right" if numeric else "left", no_wrap=longest <= SHORT, overflow="fold"
        )
    for row in rows:
        table.add_row(*(cell_text(row[index]) for index in kept))
    return table


def is_number(value: object) -> bool:
    """True for numbers, for ids as text, and for nothing."""
    return value is None or isinstance(value, (int, float)) or str(value).isdecimal()


def cell_text(value: object) -> str:
    """A table cell: thousands apart, floats short, nothing as a dash."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:.3f}"
    if isinstance(value, datetime):
        return value.astimezone().strftime("%Y-%m-%d %H:%M")
    return str(value)
