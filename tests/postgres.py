"""A real PostgreSQL server, where one is installed."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def postgres_socket() -> Iterator[Path]:
    """The folder of the socket of a PostgreSQL server that lives as long as the tests."""
    if shutil.which("initdb") is None or shutil.which("pg_ctl") is None:
        pytest.skip("PostgreSQL's server programs (initdb, pg_ctl) are not installed")
    as_user = (
        ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.getuid() == 0 else []
    )
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    try:
        if as_user:
            try:
                user = pwd.getpwnam("postgres")
            except KeyError:
                pytest.skip("PostgreSQL refuses root and there is no user postgres")
            os.chown(folder, user.pw_uid, user.pw_gid)
        data = folder / "data"
        quiet = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": "/"}
        options = f"-c listen_addresses='' -c fsync=off -c full_page_writes=off -k {folder}"
        making = ["initdb", "-D", str(data), "-A", "trust", "-U", "labelgraft", "--no-sync", "-E", "UTF8"]
        subprocess.run([*as_user, *making], **quiet)  # type: ignore[call-overload]
        control = [*as_user, "pg_ctl", "-D", str(data), "-w"]
        log = str(folder / "log")
        subprocess.run([*control, "-l", log, "-o", options, "start"], **quiet)  # type: ignore[call-overload]
        try:
            yield folder
        finally:
            subprocess.run([*control, "-m", "immediate", "stop"], **quiet)  # type: ignore[call-overload]
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def new_postgres_url(postgres_socket: Path) -> Callable[[], str]:
    """Makes another empty database on the server and gives its URL."""

    def address(name: str) -> str:
        return f"postgresql+psycopg://labelgraft@/{name}?host={postgres_socket}"

    def make() -> str:
        from sqlalchemy import create_engine

        name = f"t{uuid.uuid4().hex}"
        engine = create_engine(address("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as c:
            c.exec_driver_sql(f"CREATE DATABASE {name}")
        engine.dispose()
        return address(name)

    return make
