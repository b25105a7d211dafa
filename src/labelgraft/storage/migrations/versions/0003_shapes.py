"""Annotations with shapes, classes with skeletons, shapes that models propose."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from labelgraft.storage.dialect import NUMBER

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("annotation", sa.Column("shape", sa.Text(), nullable=True))
    op.add_column("annotation", sa.Column("traits", sa.Text(), nullable=True))
    op.add_column("class", sa.Column("skeleton", sa.Text(), nullable=True))
    op.create_table(
        "proposed_shape",
        sa.Column("id", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("project_id", NUMBER, sa.ForeignKey("project.id"), nullable=False),
        sa.Column("image_id", NUMBER, sa.ForeignKey("image.id"), nullable=False),
        sa.Column("class_id", NUMBER, sa.ForeignKey("class.id"), nullable=False),
        sa.Column("model_id", NUMBER, nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("state", NUMBER, nullable=False),
        sa.Column("shape", sa.Text(), nullable=False),
    )
    op.execute("INSERT INTO counter (name, next) VALUES ('proposed_shape', 1)")
    op.create_index("proposed_shape_of_image", "proposed_shape", ["image_id"])
    op.create_index("proposed_shape_of_project", "proposed_shape", ["project_id", "model_id"])
