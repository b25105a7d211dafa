"""What changes of images in stretches of 4,096; bulk operations in packed rows; rejected proposals."""

from __future__ import annotations

from typing import Any

import numpy as np
import sqlalchemy as sa
from alembic import op

from labelgraft.storage.dialect import CLUSTERED, NUMBER

revision = "0002"
down_revision = "0001"

STRETCH = 4096


def upgrade() -> None:
    op.create_table(
        "image_stretch",
        sa.Column("project_id", NUMBER, sa.ForeignKey("project.id"), primary_key=True, autoincrement=False),
        sa.Column("number", NUMBER, primary_key=True, autoincrement=False),
        *(
            sa.Column(name, sa.LargeBinary(), nullable=False)
            for name in ("states", "splits", "folders", "revisions")
        ),
    )
    _fill_stretches(op.get_bind())
    op.drop_index("image_by_state", "image")
    op.drop_index("image_by_folder", "image")
    _drop_columns(op.get_bind())
    op.create_table(
        "bulk_change",
        sa.Column(
            "operation_id", NUMBER, sa.ForeignKey("operation.id"), primary_key=True, autoincrement=False
        ),
        sa.Column("seq", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("first_image_id", NUMBER, nullable=False),
        sa.Column("last_image_id", NUMBER, nullable=False),
        sa.Column("image_ids", sa.LargeBinary(), nullable=False),
        sa.Column("things", sa.LargeBinary(), nullable=False),
        sa.Column("claims", sa.LargeBinary(), nullable=False),
        sa.Column("texts", sa.Text(), nullable=False),
    )
    op.create_table(
        "rejection",
        sa.Column("project_id", NUMBER, sa.ForeignKey("project.id"), primary_key=True, autoincrement=False),
        sa.Column("image_id", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("class_id", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("model_id", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        **CLUSTERED,
    )
    op.add_column("operation", sa.Column("request_digest", sa.Text(), nullable=True))


def _fill_stretches(c: sa.Connection) -> None:
    """One row for 4,096 image numbers of a project, from one row for each image."""
    stretches = sa.text(
        "INSERT INTO image_stretch (project_id, number, states, splits, folders, revisions) "
        "VALUES (:project_id, :number, :states, :splits, :folders, :revisions)"
    )
    for (project_id,) in c.execute(sa.text("SELECT id FROM project")).fetchall():
        after = 0
        while rows := _next_images(c, project_id, after):
            number = rows[0][0] // STRETCH
            these = [row for row in rows if row[0] // STRETCH == number]
            c.execute(stretches, {"project_id": project_id, "number": number, **_columns(these, number)})
            after = these[-1][0]


def _next_images(c: sa.Connection, project_id: int, after: int) -> list[Any]:
    found = c.execute(
        sa.text(
            "SELECT id, state, split, folder_id, revision FROM image "
            "WHERE project_id = :project_id AND id > :after ORDER BY id LIMIT 4096"
        ),
        {"project_id": project_id, "after": after},
    )
    return list(found.fetchall())


def _columns(rows: list[Any], number: int) -> dict[str, bytes]:
    table = np.array([tuple(row) for row in rows], np.int64)
    at = table[:, 0] - number * STRETCH
    columns = {}
    for place, (name, blank) in enumerate(
        {"states": 255, "splits": 0, "folders": 0, "revisions": 0}.items(), start=1
    ):
        column = np.full(STRETCH, blank, np.int64)
        column[at] = table[:, place]
        width = next(size for size in (1, 2, 4, 8) if int(column.max()) < 256**size)
        columns[name] = column.astype(f"<u{width}").tobytes()
    return columns


def _drop_columns(c: sa.Connection) -> None:
    if c.dialect.name != "sqlite":
        for name in ("folder_id", "state", "split", "revision"):
            op.drop_column("image", name)
        return
    # SQLite drops no column that refers to another table. The rows that refer to an image are without it between
    # these statements; whether all have it again is checked when the step is committed.
    op.execute("PRAGMA defer_foreign_keys=ON")
    op.execute("CREATE TEMPORARY TABLE kept AS SELECT id, project_id FROM image")
    op.drop_table("image")
    op.create_table(
        "image",
        sa.Column("id", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("project_id", NUMBER, sa.ForeignKey("project.id"), nullable=False),
    )
    op.execute("INSERT INTO image (id, project_id) SELECT id, project_id FROM kept ORDER BY id")
    op.create_index("image_of_project", "image", ["project_id", "id"])
    op.execute("DROP TABLE kept")
