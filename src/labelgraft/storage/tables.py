"""The tables as the newest migration leaves them.

Numbers are 64-bit integers, text is Unicode, moments are microseconds since 1970 in UTC. States, splits and
kinds of author are the codes of the domain. `annotation` holds the truth of this moment; `operation` and
`change` are its journal, from which it could be rebuilt.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Float, ForeignKey, Index, LargeBinary, MetaData, Table, Text, UniqueConstraint

from labelgraft.storage.dialect import CLUSTERED, NUMBER

METADATA = MetaData()


def _number(name: str, *constraints: Any, null: bool = False) -> Column[Any]:
    return Column(name, NUMBER, *constraints, nullable=null)


def _text(name: str, *, null: bool = False) -> Column[Any]:
    return Column(name, Text, nullable=null)


def _bytes(name: str, *, null: bool = False) -> Column[Any]:
    return Column(name, LargeBinary, nullable=null)


def _id() -> Column[Any]:
    return Column("id", NUMBER, primary_key=True, autoincrement=False)


counter = Table("counter", METADATA, Column("name", Text, primary_key=True), _number("next"))
"""The next free number of each kind of row; taken in stretches, so that rows can be written in bulk."""

about = Table("about", METADATA, Column("name", Text, primary_key=True), _text("value"))
"""Facts about the workspace itself."""

project = Table(
    "project",
    METADATA,
    _id(),
    _text("name"),
    _text("task"),
    _number("multi_label"),
    _text("backbone"),
    _number("active_model_id", null=True),
    _number("created_us"),
    UniqueConstraint("name"),
)

class_ = Table(
    "class",
    METADATA,
    _id(),
    _number("project_id", ForeignKey("project.id")),
    _text("name"),
    _text("colour"),
    _text("key", null=True),
    _number("position"),
    _number("deleted"),
    _text("skeleton", null=True),
    Index("class_of_project", "project_id", "position"),
)
"""A deleted class stays as a row, so that an operation taken back can bring it back."""

folder = Table(
    "folder",
    METADATA,
    _id(),
    _number("project_id", ForeignKey("project.id")),
    _text("path"),
    UniqueConstraint("project_id", "path"),
)

image = Table(
    "image",
    METADATA,
    _id(),
    _number("project_id", ForeignKey("project.id")),
    Index("image_of_project", "project_id", "id"),
)
"""The numbers that other tables refer to; what an image is stands in `image_file` and `image_stretch`."""

image_stretch = Table(
    "image_stretch",
    METADATA,
    Column("project_id", NUMBER, ForeignKey("project.id"), primary_key=True, autoincrement=False),
    Column("number", NUMBER, primary_key=True, autoincrement=False),
    _bytes("states"),
    _bytes("splits"),
    _bytes("folders"),
    _bytes("revisions"),
)
"""What changes of images: one row for 4,096 numbers in a row; storage/marks.py reads and writes them."""

image_file = Table(
    "image_file",
    METADATA,
    Column("image_id", NUMBER, ForeignKey("image.id"), primary_key=True, autoincrement=False),
    _number("project_id", ForeignKey("project.id")),
    _text("content_hash"),
    _text("path"),
    _number("width_px"),
    _number("height_px"),
    _number("file_bytes"),
    _number("file_modified_ns"),
    UniqueConstraint("project_id", "content_hash"),
)
"""What stays of an image: one row for each of `image`, with the same number."""

duplicate = Table(
    "duplicate",
    METADATA,
    Column("project_id", NUMBER, ForeignKey("project.id"), primary_key=True, autoincrement=False),
    Column("path", Text, primary_key=True),
    _number("image_id", ForeignKey("image.id")),
    _number("file_bytes"),
    _number("file_modified_ns"),
    Index("duplicate_of_image", "image_id"),
)
"""Files whose bytes an image of the project already has."""

annotation = Table(
    "annotation",
    METADATA,
    _id(),
    _number("project_id", ForeignKey("project.id")),
    _number("image_id", ForeignKey("image.id")),
    _number("class_id", ForeignKey("class.id")),
    _number("author_kind"),
    _text("author_name"),
    _number("author_model_id", null=True),
    _number("accepted_from", null=True),
    _text("shape", null=True),
    _text("traits", null=True),
    Index("annotation_of_image", "image_id"),
    Index("annotation_of_class", "class_id", "image_id"),
)

operation = Table(
    "operation",
    METADATA,
    _id(),
    _number("project_id", ForeignKey("project.id")),
    _number("author_kind"),
    _text("author_name"),
    _number("author_model_id", null=True),
    _text("cause"),
    _number("made_us"),
    _text("summary"),
    _text("detail"),
    _number("image_count"),
    _number("reverts", null=True),
    _number("reverted_by", null=True),
    _text("idempotency_key", null=True),
    _text("request_digest", null=True),
    UniqueConstraint("project_id", "idempotency_key"),
    Index("operation_of_project", "project_id", "id"),
)

change = Table(
    "change",
    METADATA,
    Column("operation_id", NUMBER, ForeignKey("operation.id"), primary_key=True, autoincrement=False),
    Column("seq", NUMBER, primary_key=True, autoincrement=False),
    _text("subject"),
    _number("image_id", null=True),
    _number("annotation_id", null=True),
    _number("class_id", null=True),
    _text("before", null=True),
    _text("after", null=True),
    Index("change_of_image", "image_id", "operation_id"),
    **CLUSTERED,
)
"""subject is annotation, image, proposal, proposed-shape or class; before and after are JSON, null where the thing was not
there. annotation_id is also the number of a proposed shape."""

bulk_change = Table(
    "bulk_change",
    METADATA,
    Column("operation_id", NUMBER, ForeignKey("operation.id"), primary_key=True, autoincrement=False),
    Column("seq", NUMBER, primary_key=True, autoincrement=False),
    _text("subject"),
    _number("first_image_id"),
    _number("last_image_id"),
    _bytes("image_ids"),
    _bytes("things"),
    _bytes("claims"),
    _text("texts"),
)
"""Many changes of one operation in one row, instead of as many rows of `change`.

image_ids, things: 64-bit numbers; a thing is an annotation, or the class of a proposal, 0 for the image itself.
claims: 32-bit indexes into texts, a JSON list of [before, after].
"""

rejection = Table(
    "rejection",
    METADATA,
    Column("project_id", NUMBER, ForeignKey("project.id"), primary_key=True, autoincrement=False),
    Column("image_id", NUMBER, primary_key=True, autoincrement=False),
    Column("class_id", NUMBER, primary_key=True, autoincrement=False),
    Column("model_id", NUMBER, primary_key=True, autoincrement=False),
    Column("confidence", Float, nullable=False),
    **CLUSTERED,
)
"""Proposals that a person rejected: the same model does not make them again."""

proposal = Table(
    "proposal",
    METADATA,
    Column("project_id", NUMBER, ForeignKey("project.id"), primary_key=True, autoincrement=False),
    Column("image_id", NUMBER, primary_key=True, autoincrement=False),
    Column("class_id", NUMBER, primary_key=True, autoincrement=False),
    _number("model_id"),
    Column("confidence", Float, nullable=False),
    _number("band"),
    Index("proposal_by_band", "project_id", "band", "image_id", "confidence"),
    Index("proposal_of_class", "class_id", "band", "image_id", "confidence"),
    **CLUSTERED,
)
"""band is the step of the ladder in proposals.py that the confidence stands on."""

proposed_shape = Table(
    "proposed_shape",
    METADATA,
    _id(),
    _number("project_id", ForeignKey("project.id")),
    _number("image_id", ForeignKey("image.id")),
    _number("class_id", ForeignKey("class.id")),
    _number("model_id"),
    Column("confidence", Float, nullable=False),
    _number("state"),
    _text("shape"),
    Index("proposed_shape_of_image", "image_id"),
    Index("proposed_shape_of_project", "project_id", "model_id"),
)
"""Shapes that models proposed. Where shapes are drawn, `proposal` holds for each image the surest open one of each class,
by which images are filtered and coloured."""

run = Table(
    "run",
    METADATA,
    _id(),
    _number("project_id", ForeignKey("project.id")),
    _text("name"),
    _text("description"),
    _text("settings"),
    _text("state"),
    _text("reason"),
    _text("folder"),
    _number("started_us"),
    _number("finished_us", null=True),
    Index("run_of_project", "project_id", "id"),
)

model = Table(
    "model",
    METADATA,
    _id(),
    _number("project_id", ForeignKey("project.id")),
    _text("name"),
    _text("description"),
    _text("head"),
    _text("backbone"),
    _text("class_names"),
    _number("run_id", null=True),
    _number("parent_id", null=True),
    _text("quality", null=True),
    _number("labels_used"),
    _text("folder"),
    _number("created_us"),
    UniqueConstraint("project_id", "name"),
)

map_round = Table(
    "map_round",
    METADATA,
    _id(),
    _number("project_id", ForeignKey("project.id")),
    _number("number"),
    _text("embedding"),
    _number("model_id", null=True),
    _text("method"),
    _number("image_count"),
    Column("median_move", Float, nullable=True),
    Column("purity", Float, nullable=True),
    Column("seconds", Float, nullable=False),
    _text("file"),
    _number("created_us"),
    UniqueConstraint("project_id", "number"),
)
"""file is the name of the coordinates in the folder of maps."""
