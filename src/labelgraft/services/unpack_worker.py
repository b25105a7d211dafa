"""The process that opens a zip archive: what lies in it was packed by somebody else, so its memory is bounded.

python -m labelgraft.services.unpack_worker < request      answers with one JSON line
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from labelgraft.domain.image import RefusedFile
from labelgraft.errors import BadFormat, JobCancelled, LabelgraftError
from labelgraft.formats.json_text import NOTHING
from labelgraft.formats.paths import is_image_name
from labelgraft.formats.zip_archive import ArchiveLimits, Contents, opened, unpack
from labelgraft.services.ingest_memory import bound_memory
from labelgraft.storage.files import sync_files

MEMORY_BYTES = 600_000_000
"""A list of as many names as are taken needs half of it."""
SHOWN = 12

Json = dict[str, Any]


def look(path: Path, limits: ArchiveLimits) -> Json:
    """What an archive holds; nothing is unpacked."""
    with opened(path, limits) as (_, contents):
        names = [info.filename for info, _ in contents.wanted if is_image_name(info.filename)]
        return {"images": len(names), "rows": names[:SHOWN], **told(contents)}


def unpack_into(path: Path, folder: Path, limits: ArchiveLimits, look_up: Callable[[], None]) -> Json:
    """Unpack an archive into a folder, on the disk when this returns. Raises BadFormat, TooLarge, OSError."""
    with opened(path, limits) as (archive, contents):
        written, damaged = unpack(archive, contents, folder, look_up)
        if not written:
            reasons = "; ".join(f"{each.path}: {each.reason}" for each in [*contents.refused, *damaged][:3])
            found = reasons or f"{contents.other_files:,} files, none of them an image or a list of labels"
            raise BadFormat(f"{path.name} has nothing that can be taken. {NOTHING} {found}.")
        sync_files(written)
        return {**told(contents, damaged), "unpacked_bytes": sum(file.stat().st_size for file in written)}


def told(contents: Contents, damaged: list[RefusedFile] | None = None) -> Json:
    """What was refused alone, and how many files were passed over."""
    refused = [[each.path, each.reason] for each in [*contents.refused, *(damaged or ())]]
    return {"refused": refused, "other_files": contents.other_files, "bytes": contents.total_bytes}


def hash_of(path: Path) -> str:
    """The SHA-256 of a file, read piece by piece."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def orphaned() -> Callable[[], None]:
    """A check that raises once the process that started this one is gone: nobody waits for the rest then."""
    parent = os.getppid()

    def check() -> None:
        if os.getppid() != parent:
            raise JobCancelled("The process that asked for this is gone. Nothing was imported.")

    return check


def answer(request: Json) -> Json:
    """What a request gives; errors on purpose by kind and text."""
    path, limits = Path(request["path"]), ArchiveLimits(**request["limits"])
    try:
        if request["folder"] is None:
            return look(path, limits)
        return unpack_into(path, Path(request["folder"]), limits, orphaned())
    except MemoryError:
        text = f"{path.name}: opening it needs more memory than one archive may use. {NOTHING} Unpack it and add the folder."
        return {"error": {"kind": "TooLarge", "text": text}}
    except LabelgraftError as error:
        return {"error": {"kind": type(error).__name__, "text": str(error)}}
    except OSError as error:
        reason = error.strerror or str(error)
        text = (
            f"{path.name}: could not be unpacked ({reason}). {NOTHING} Make room on the disk, and try again."
        )
        return {"error": {"kind": "WorkspaceUnwritable", "text": text}}


def main() -> None:
    """One request on standard input, one answer on standard output."""
    request = json.load(sys.stdin)
    bound_memory(MEMORY_BYTES)
    sys.stdout.write(json.dumps(answer(request)) + "\n")


if __name__ == "__main__":
    main()
