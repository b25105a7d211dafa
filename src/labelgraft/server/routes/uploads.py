"""Uploads: files by their SHA-256, in any order and number at a time; what is there is never sent again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import HTTPException, Path, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from labelgraft.domain.ids import ContentHash
from labelgraft.server.dependencies import Bench
from labelgraft.server.resource import resource, takes
from labelgraft.server.schemas.base import Id
from labelgraft.server.schemas.uploads import (
    Hash,
    Missing,
    NewUpload,
    Offer,
    OfferedFile,
    Received,
    RelativePath,
    Upload,
)
from labelgraft.workbench.front_door import Workbench
from labelgraft.workbench.upload_verbs import ARCHIVE_BYTES, LABEL_FILE_BYTES, Incoming, Offered, ReceivedFile

CHUNK_BYTES = 1 << 20
LARGEST_FILE_BYTES = max(LABEL_FILE_BYTES, ARCHIVE_BYTES, 4_096_000_000)
"""More than any setting takes; what is taken is looked at byte by byte."""

router = resource("uploads")

UploadId = Annotated[Id, Path(description="The upload's number.")]


@router.post("/uploads", operation_id="begin_upload", status_code=201)
def begin_upload(bench: Bench, wanted: NewUpload) -> Upload:
    """Begin an upload. It is kept as long as images need it, and for a week where none does."""
    return facts(bench, bench.begin_upload(wanted.name))


@router.get("/uploads/{upload_id}", operation_id="get_upload")
def get_upload(bench: Bench, upload_id: UploadId) -> Upload:
    """How much of an upload is there."""
    return facts(bench, upload_id)


@router.post("/uploads/{upload_id}/missing", operation_id="missing_files")
def missing_files(bench: Bench, upload_id: UploadId, offer: Offer) -> Missing:
    """Which files must be sent. Ask again after an interruption, of any upload: what is there is not sent twice."""
    files = [Offered(ContentHash(each.content_hash), each.path) for each in offer.files]
    missing = bench.offer_files(upload_id, files)
    return Missing(missing=[OfferedFile.model_validate(each) for each in missing])


@router.put(
    "/uploads/{upload_id}/files/{content_hash}", operation_id="send_file",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)  # fmt: skip
@takes(LARGEST_FILE_BYTES)
async def send_file(
    request: Request,
    bench: Bench,
    upload_id: UploadId,
    content_hash: Annotated[Hash, Path(description="Of the bytes that follow.")],
    path: Annotated[RelativePath, Query(description="Inside the folder that is uploaded, with `/`.")],
) -> Received:
    """Send one file as the raw body. It is there whole, or not at all; sending it again changes nothing.

    The bytes must have the SHA-256 of the address. Where the workspace has them already, the body is not read.
    """
    file = Offered(ContentHash(content_hash), path)
    begun = await run_in_threadpool(bench.receive_file, upload_id, file, announced(request))
    if isinstance(begun, ReceivedFile):
        return told(begun)
    return told(await written(request, begun))


async def written(request: Request, incoming: Incoming) -> ReceivedFile:
    """Write a body to the disk as it comes. Raises what Incoming raises; HTTPException if the sender goes away."""
    last = b""  # a small file is one piece, and one way to another thread and back
    try:
        async for chunk in chunks(request):
            if last:
                await run_in_threadpool(incoming.write, last)
            last = chunk
        return await run_in_threadpool(incoming.finish, last)
    except ClientDisconnect:
        raise HTTPException(400, "The sender went away before the end of the file. Send it again.") from None
    finally:
        if not incoming.is_over:
            await run_in_threadpool(incoming.close)


async def chunks(request: Request) -> AsyncIterator[bytes]:
    """The body in pieces of about CHUNK_BYTES, as each is a way to another thread and back."""
    waiting = bytearray()
    async for piece in request.stream():
        waiting += piece
        if len(waiting) >= CHUNK_BYTES:
            yield bytes(waiting)
            waiting.clear()
    if waiting:
        yield bytes(waiting)


def announced(request: Request) -> int | None:
    """How many bytes the sender says will come."""
    length = request.headers.get("content-length", "")
    return int(length) if length.isdecimal() and len(length) < 19 else None


def facts(bench: Workbench, number: int) -> Upload:
    """An upload as it goes over the wire."""
    files, limits = bench.received_files(number), bench.upload_limits()
    return Upload(
        id=number, name=bench.upload_name(number), files=len(files), bytes=sum(each.file_bytes for each in files),
        image_bytes=limits.image_bytes, most_files=limits.files,
    )  # fmt: skip


def told(file: ReceivedFile) -> Received:
    """A file as it goes over the wire."""
    return Received(
        content_hash=file.content_hash, path=file.asked, stored=file.stored, bytes=file.file_bytes
    )
