"""Pictures by their content: what is behind an address never changes, so browsers keep it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path, Query, Request, Response

from labelgraft.domain.ids import ContentHash
from labelgraft.server import columns
from labelgraft.server.dependencies import Bench, ProjectById
from labelgraft.server.resource import resource

router = resource("pictures")

LARGEST_SIDE_PX = 3200
HEADERS = {
    "Cache-Control": "private, max-age=31536000, immutable",
    # Opened by itself, a picture is nothing but a picture.
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
}
WEBP: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The picture.",
        "content": {"image/webp": {"schema": {"type": "string", "format": "binary"}}},
    },
    304: {"description": "The browser has it."},
}
COLUMNS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Columns of numbers; docs/guide/server.md has the layout.",
        "content": {columns.MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}},
    }
}

Hash = Annotated[str, Path(pattern="^[0-9a-f]{64}$", description="SHA-256 of the image file's bytes.")]


class WebP(Response):
    """A picture as we make them ourselves; nothing else is ever sent as one."""

    media_type = "image/webp"


@router.get(
    "/pictures/{content_hash}/64.webp", operation_id="get_small_picture", response_class=WebP, responses=WEBP
)
def small(request: Request, bench: Bench, content_hash: Hash) -> Response:
    """64 x 64 px: the central square."""
    tag = f"{content_hash[:32]}-64"
    return unchanged(request, tag) or sent(bench.pictures.small(ContentHash(content_hash)), tag)


@router.get(
    "/pictures/{content_hash}/256.webp", operation_id="get_thumbnail", response_class=WebP, responses=WEBP
)
def thumbnail(request: Request, bench: Bench, content_hash: Hash) -> Response:
    """The long side at most 256 px."""
    tag = f"{content_hash[:32]}-256"
    return unchanged(request, tag) or sent(bench.pictures.thumbnail(ContentHash(content_hash)), tag)


@router.get(
    "/pictures/{content_hash}/large.webp",
    operation_id="get_large_picture",
    response_class=WebP,
    responses=WEBP,
)
def large(
    request: Request,
    bench: Bench,
    content_hash: Hash,
    side: Annotated[
        int,
        Query(
            ge=64,
            le=LARGEST_SIDE_PX,
            description="The long side in px, or the next larger of 800, 1600, 3200.",
        ),
    ] = 1600,
) -> Response:
    """Upright, decoded from the file when it is first asked for; never larger than the file has it."""
    tag = f"{content_hash[:32]}-{side}"
    return unchanged(request, tag) or sent(bench.pictures.large(ContentHash(content_hash), side), tag)


@router.get(
    "/projects/{project_id}/sheets", operation_id="list_sheets", response_class=Response, responses=COLUMNS
)
def sheets(project: ProjectById) -> Response:
    """Which sheet shows each image, and where: columns image_ids, sheets (index into facts.names, or -1), cells."""
    found = project.sheets()
    return columns.answer(
        {
            "image_ids": found.image_ids,
            "sheets": found.sheets.astype("int32"),
            "cells": found.cells.astype("uint8"),
        },
        {"names": list(found.names), "cell_px": 64, "cells_per_row": 16},
    )


@router.get(
    "/projects/{project_id}/sheets/{name}.webp", operation_id="get_sheet", response_class=WebP, responses=WEBP
)
def sheet(
    request: Request,
    bench: Bench,
    project: ProjectById,
    name: Annotated[str, Path(pattern="^[0-9a-f]{32}$", description="One of the names that /sheets lists.")],
) -> Response:
    """A sheet of 16 x 16 cells of 64 px."""
    del project  # it is there, else this is not reached
    return unchanged(request, name) or sent(bench.pictures.sheet(name), name)


def sent(webp: bytes, tag: str) -> Response:
    """A picture that stays the same for ever."""
    return WebP(webp, headers={**HEADERS, "ETag": f'"{tag}"'})


def unchanged(request: Request, tag: str) -> Response | None:
    """The short answer for a browser that has this very picture."""
    known = request.headers.get("if-none-match", "")
    if f'"{tag}"' not in known:
        return None
    return Response(status_code=304, headers={**HEADERS, "ETag": f'"{tag}"'})
