"""The job engine's SQLite file: expendable, so a damaged one is set aside and a new one begun."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

SUFFIXES = ("", "-journal", "-wal", "-shm")


def is_sound(path: Path) -> bool:
    """Whether SQLite can read all of the file; a file that is not there is sound."""
    if not path.exists():
        return True
    try:
        with closing(sqlite3.connect(path)) as connection:
            found = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.DatabaseError:
        return False
    return bool(found == ("ok",))


def set_aside(path: Path) -> Path:
    """Rename the file, and what SQLite keeps beside it, to end in .damaged-1, -2, ...; gives the new name."""
    number = 1
    while path.with_name(f"{path.name}.damaged-{number}").exists():
        number += 1
    for suffix in SUFFIXES:
        beside = path.with_name(path.name + suffix)
        if beside.exists():
            beside.rename(path.with_name(f"{path.name}.damaged-{number}{suffix}"))
    return path.with_name(f"{path.name}.damaged-{number}")
