"""Connections to the job engine's SQLite file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy


def connections_to(path: Path) -> sqlalchemy.Engine:
    """The SQLite engine for DBOS: as it makes its own, but without waiting for the disk.

    What a killed process wrote is there all the same; only a power cut can damage the file, and the file is
    expendable. A step costs a few milliseconds instead of some twenty.
    """
    url = sqlalchemy.URL.create("sqlite", database=str(path))  # not as text: a folder's name may hold ? or %
    engine = sqlalchemy.create_engine(url, pool_size=20, max_overflow=0, pool_timeout=30)

    @sqlalchemy.event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = "IMMEDIATE"
        for pragma in ("busy_timeout=30000", "foreign_keys=ON", "synchronous=OFF"):
            connection.execute(f"PRAGMA {pragma}")

    return engine
