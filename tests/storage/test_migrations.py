"""From the first tables that were ever released to the newest, and never backwards."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from labelgraft.domain.annotation import Author, AuthorKind
from labelgraft.errors import WorkspaceTooNew
from labelgraft.storage import annotations as truth
from labelgraft.storage import backup, classes, images, labelling, migrations, operations, projects
from labelgraft.storage.database import Database
from labelgraft.storage.tables import METADATA
from labelgraft.storage.workspace import Workspace

OLDEST = Path(__file__).parent / "fixtures" / "tables-0001.sql"


def make_old(root: Path) -> None:
    """A workspace as the oldest version left it: 4 images, 3 labelled, one split, one operation taken back."""
    root.mkdir()
    file = sqlite3.connect(root / "labelgraft.sqlite")
    file.executescript(OLDEST.read_text())
    file.close()


def test_the_oldest_workspace_opens_with_everything_and_can_be_worked_on(tmp_path: Path) -> None:
    make_old(tmp_path / "w")
    with Workspace.open(tmp_path / "w") as workspace:
        with workspace.database.reading() as c:
            project = projects.by_name(c, "pets")
            assert migrations.current(c) == migrations.REVISIONS[-1]
            listed = images.page(c, project.id).images
            names = {k.id: k.name for k in classes.of_project(c, project.id)}
            labels = truth.of_images(c, [i.id for i in listed])
            history = operations.page(c, project.id)
        assert [[names[a.class_id] for a in labels[i.id]] for i in listed] == [["cat"], ["cat"], ["dog"], []]
        assert [i.split for i in listed] == [None, "test", None, None]
        assert [i.state for i in listed] == ["labelled", "labelled", "labelled", "new"]
        assert [i.folder for i in listed] == ["", "a", "", "a"]
        assert [i.revision for i in listed] == [1, 4, 1, 0]
        assert [(o.summary, o.reverted_by is not None) for o in history] == [
            ("Took back: dog", False),
            ("dog", True),
            ("split", False),
            ("dog", False),
            ("cat", False),
        ]
        with workspace.database.writing() as c:
            labelling.revert(c, history[-1].id, author=Author(AuthorKind.PERSON, "anna"))
            assert sum(truth.counts(c, project.id).values()) == 1


def test_tables_of_a_later_version_are_refused_and_left_as_they_are(tmp_path: Path) -> None:
    make_old(tmp_path / "w")
    file = tmp_path / "w" / "labelgraft.sqlite"
    changed = sqlite3.connect(file)
    changed.execute("UPDATE alembic_version SET version_num = '9999'")
    changed.commit()
    changed.close()
    with pytest.raises(WorkspaceTooNew, match=r"later version.*9999.*Nothing was changed"):
        Workspace.open(tmp_path / "w")
    check = sqlite3.connect(file)
    assert check.execute("SELECT count(*) FROM annotation").fetchone() == (3,)
    check.close()


def test_a_backup_is_made_before_the_tables_change_and_a_failing_step_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_old(tmp_path / "w")
    Workspace.open(tmp_path / "w").close()
    now = migrations.REVISIONS[-1]
    monkeypatch.setattr(migrations, "REVISIONS", (*migrations.REVISIONS, "later"))

    def half_a_step(c: object) -> None:
        c.exec_driver_sql("CREATE TABLE half (id INTEGER)")  # type: ignore[attr-defined]
        c.exec_driver_sql("DELETE FROM change")  # type: ignore[attr-defined]
        raise KeyboardInterrupt

    monkeypatch.setattr(migrations, "_upgrade", half_a_step)
    with pytest.raises(KeyboardInterrupt):
        Workspace.open(tmp_path / "w")
    made = backup.listed(tmp_path / "w")[-1]
    assert made.name.endswith(f"at-{now}.sqlite")
    monkeypatch.undo()
    with Workspace.open(tmp_path / "w") as workspace, workspace.database.reading() as c:
        assert c.exec_driver_sql("SELECT count(*) FROM change").scalar() == 9
        assert c.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert c.exec_driver_sql("SELECT count(*) FROM sqlite_master WHERE name = 'half'").scalar() == 0


def test_the_steps_lead_to_the_tables_that_the_code_works_with(database: Database) -> None:
    with database.writing() as c:
        assert compare_metadata(MigrationContext.configure(c), METADATA) == []


def test_every_step_is_known_in_its_order() -> None:
    config = Config()
    config.set_main_option("script_location", "labelgraft.storage:migrations")
    config.set_main_option("path_separator", "os")
    script = ScriptDirectory.from_config(config)
    steps = [step.revision for step in script.walk_revisions()]
    assert tuple(reversed(steps)) == migrations.REVISIONS
