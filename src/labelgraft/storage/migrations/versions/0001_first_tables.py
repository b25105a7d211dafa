"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from labelgraft.storage.dialect import CLUSTERED, NUMBER

revision = "0001"
down_revision = None


def upgrade() -> None:

    op.create_table(
        "about",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "counter",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("next", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "project",
        sa.Column("id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("task", sa.Text(), nullable=False),
        sa.Column("multi_label", NUMBER, nullable=False),
        sa.Column("backbone", sa.Text(), nullable=False),
        sa.Column("active_model_id", NUMBER, nullable=True),
        sa.Column("created_us", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "class",
        sa.Column("id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("project_id", NUMBER, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("colour", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("position", NUMBER, nullable=False),
        sa.Column("deleted", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["project.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("class_of_project", "class", ["project_id", "position"], unique=False)
    op.create_table(
        "folder",
        sa.Column("id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("project_id", NUMBER, nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["project.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("project_id", "path"),
    )
    op.create_table(
        "map_round",
        sa.Column("id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("project_id", NUMBER, nullable=False),
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("embedding", sa.Text(), nullable=False),
        sa.Column("model_id", NUMBER, nullable=True),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("image_count", NUMBER, nullable=False),
        sa.Column("median_move", sa.Float(), nullable=True),
        sa.Column("purity", sa.Float(), nullable=True),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("file", sa.Text(), nullable=False),
        sa.Column("created_us", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["project.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("project_id", "number"),
    )
    op.create_table(
        "model",
        sa.Column("id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("project_id", NUMBER, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("head", sa.Text(), nullable=False),
        sa.Column("backbone", sa.Text(), nullable=False),
        sa.Column("class_names", sa.Text(), nullable=False),
        sa.Column("run_id", NUMBER, nullable=True),
        sa.Column("parent_id", NUMBER, nullable=True),
        sa.Column("quality", sa.Text(), nullable=True),
        sa.Column("labels_used", NUMBER, nullable=False),
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("created_us", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["project.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("project_id", "name"),
    )
    op.create_table(
        "operation",
        sa.Column("id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("project_id", NUMBER, nullable=False),
        sa.Column("author_kind", NUMBER, nullable=False),
        sa.Column("author_name", sa.Text(), nullable=False),
        sa.Column("author_model_id", NUMBER, nullable=True),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("made_us", NUMBER, nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("image_count", NUMBER, nullable=False),
        sa.Column("reverts", NUMBER, nullable=True),
        sa.Column("reverted_by", NUMBER, nullable=True),
        sa.Column("idempotency_key", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["project.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("project_id", "idempotency_key"),
    )
    op.create_index("operation_of_project", "operation", ["project_id", "id"], unique=False)
    op.create_table(
        "proposal",
        sa.Column("project_id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("image_id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("class_id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("model_id", NUMBER, nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("band", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["project.id"],
        ),
        sa.PrimaryKeyConstraint("project_id", "image_id", "class_id"),
        **CLUSTERED,
    )
    op.create_index(
        "proposal_by_band", "proposal", ["project_id", "band", "image_id", "confidence"], unique=False
    )
    op.create_index(
        "proposal_of_class", "proposal", ["class_id", "band", "image_id", "confidence"], unique=False
    )
    op.create_table(
        "run",
        sa.Column("id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("project_id", NUMBER, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("folder", sa.Text(), nullable=False),
        sa.Column("started_us", NUMBER, nullable=False),
        sa.Column("finished_us", NUMBER, nullable=True),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["project.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("run_of_project", "run", ["project_id", "id"], unique=False)
    op.create_table(
        "change",
        sa.Column("operation_id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("seq", NUMBER, autoincrement=False, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("image_id", NUMBER, nullable=True),
        sa.Column("annotation_id", NUMBER, nullable=True),
        sa.Column("class_id", NUMBER, nullable=True),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["operation_id"],
            ["operation.id"],
        ),
        sa.PrimaryKeyConstraint("operation_id", "seq"),
        **CLUSTERED,
    )
    op.create_index("change_of_image", "change", ["image_id", "operation_id"], unique=False)
    op.create_table(
        "image",
        sa.Column("id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("project_id", NUMBER, nullable=False),
        sa.Column("folder_id", NUMBER, nullable=False),
        sa.Column("state", NUMBER, nullable=False),
        sa.Column("split", NUMBER, nullable=False),
        sa.Column("revision", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(
            ["folder_id"],
            ["folder.id"],
        ),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["project.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("image_by_folder", "image", ["folder_id", "split", "id"], unique=False)
    op.create_index("image_by_state", "image", ["project_id", "state", "split", "id"], unique=False)
    op.create_index("image_of_project", "image", ["project_id", "id"], unique=False)
    op.create_table(
        "annotation",
        sa.Column("id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("project_id", NUMBER, nullable=False),
        sa.Column("image_id", NUMBER, nullable=False),
        sa.Column("class_id", NUMBER, nullable=False),
        sa.Column("author_kind", NUMBER, nullable=False),
        sa.Column("author_name", sa.Text(), nullable=False),
        sa.Column("author_model_id", NUMBER, nullable=True),
        sa.Column("accepted_from", NUMBER, nullable=True),
        sa.ForeignKeyConstraint(
            ["class_id"],
            ["class.id"],
        ),
        sa.ForeignKeyConstraint(
            ["image_id"],
            ["image.id"],
        ),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["project.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("annotation_of_class", "annotation", ["class_id", "image_id"], unique=False)
    op.create_index("annotation_of_image", "annotation", ["image_id"], unique=False)
    op.create_table(
        "duplicate",
        sa.Column("project_id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("image_id", NUMBER, nullable=False),
        sa.Column("file_bytes", NUMBER, nullable=False),
        sa.Column("file_modified_ns", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(
            ["image_id"],
            ["image.id"],
        ),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["project.id"],
        ),
        sa.PrimaryKeyConstraint("project_id", "path"),
    )
    op.create_index("duplicate_of_image", "duplicate", ["image_id"], unique=False)
    op.create_table(
        "image_file",
        sa.Column("image_id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("project_id", NUMBER, nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("width_px", NUMBER, nullable=False),
        sa.Column("height_px", NUMBER, nullable=False),
        sa.Column("file_bytes", NUMBER, nullable=False),
        sa.Column("file_modified_ns", NUMBER, nullable=False),
        sa.ForeignKeyConstraint(
            ["image_id"],
            ["image.id"],
        ),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["project.id"],
        ),
        sa.PrimaryKeyConstraint("image_id"),
        sa.UniqueConstraint("project_id", "content_hash"),
    )

    counter = sa.table("counter", sa.column("name", sa.Text), sa.column("next", sa.BigInteger))
    kinds = ("project", "class", "folder", "image", "annotation", "operation", "run", "model", "map_round")
    op.bulk_insert(counter, [{"name": kind, "next": 1} for kind in kinds])
