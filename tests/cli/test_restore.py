"""A backup put in place from the terminal."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

import labelgraft
from labelgraft.cli.main import labelgraft as command
from labelgraft.errors import WorkspaceDamaged
from labelgraft.storage import backup


def test_a_damaged_workspace_says_restore_and_after_it_opens_as_it_was_at_the_backup(tmp_path: Path) -> None:
    root = tmp_path / "workspace"
    with labelgraft.open(root, create=True) as bench:
        bench.new_project("kept")
        backup.make(bench._engine.workspace.database, root)
        bench.new_project("lost")
    database = root / backup.DATABASE_NAME
    database.write_bytes(b"\0" * database.stat().st_size)
    with pytest.raises(WorkspaceDamaged, match="labelgraft restore"):
        labelgraft.open(root)
    done = CliRunner().invoke(command, ["-w", str(root), "restore", "--yes"], catch_exceptions=False)
    assert done.exit_code == 0
    with labelgraft.open(root) as bench:
        assert [project.name for project in bench.projects()] == ["kept"]
