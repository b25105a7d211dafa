"""What an ingest worker is asked and what it answers, and how both travel through a pipe.

A message is a JSON header and raw blobs. Nothing is unpickled: a worker decodes hostile files, and what it
answers must not be able to run code in the process that asked.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import IO, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from labelgraft.domain.arrays import AnyArray
from labelgraft.domain.backbone import Backbone, Interpolation, Library, Preprocessing
from labelgraft.domain.finding import FoundShape
from labelgraft.domain.ids import ContentHash
from labelgraft.domain.image import RefusedFile
from labelgraft.domain.shapes import shape_json
from labelgraft.formats.pixels import Limits

Blob: TypeAlias = bytes | memoryview
Halves: TypeAlias = npt.NDArray[np.float16]

_PLAIN_FIELDS = ("backend", "precision", "weights_file", "cache_folder", "device", "trained_file")
_LENGTHS = struct.Struct("<QQ")


class Output(StrEnum):
    """What is wanted of each image besides its hash and size."""

    THUMBNAILS = "thumbnails"
    EMBEDDING = "embedding"
    INPUTS = "inputs"
    LARGE = "large"
    SHAPES = "shapes"


@dataclass(frozen=True, slots=True)
class NetworkChoice:
    """Which network to load; backend and precision None = the fastest that works here.

    cache_folder: where the converted network is kept, for a quicker start the next time. device: cpu, cuda, cuda:1,
    mps. trained_file: of a network that was fine-tuned from this backbone, to embed with instead.
    """

    backbone: Backbone
    backend: str | None = None
    precision: str | None = None
    weights_file: str | None = None
    cache_folder: str | None = None
    device: str = "cpu"
    trained_file: str | None = None


@dataclass(frozen=True, slots=True)
class NetworkFacts:
    """What a loaded network says of itself; together with the preprocessing this keys an embedding."""

    backbone: str
    backend: str
    precision: str
    weights_digest: str
    layer: str


@dataclass(frozen=True, slots=True)
class FinderChoice:
    """Which model finds SHAPES. folder: of its files. about: canonical JSON, as learning/finders.py wants it."""

    folder: str
    about: str


@dataclass(frozen=True, slots=True)
class Shard:
    """Files to be worked on together, and what is wanted of them.

    network: needed for EMBEDDING and INPUTS. large_px: long side of LARGE, which comes instead of thumbnails.
    finder: needed for SHAPES. least: the model's class by its index, and how sure it must be, 0 to 1; others are left out.
    """

    paths: tuple[str, ...]
    outputs: frozenset[Output] = frozenset()
    network: NetworkChoice | None = None
    limits: Limits = field(default_factory=Limits)
    large_px: int = 0
    finder: FinderChoice | None = None
    least: tuple[tuple[int, float], ...] = ()


@dataclass(frozen=True, slots=True)
class FileRecord:
    """One readable file. row: where its thumbnail, cell and embedding stand; equal files share a row."""

    path: str
    content_hash: ContentHash
    width_px: int
    height_px: int
    file_bytes: int
    modified_ns: int
    row: int


@dataclass(frozen=True, slots=True)
class ShardResult:
    """What came of a shard: R rows, one per different content, in the order of the files.

    rows: (R) content hashes. thumbnails: (R) WebP, or empty. sheet: WebP of R cells in 16 x 16, or empty.
    embedding: (R, D) float16. inputs: (R, H, W, 3) uint8, the prepared network inputs. The last two are None
    where they were not asked for. shapes: (R) what was found, surest first; empty where it was not asked for.
    seconds: time in the worker. peak_memory_bytes: of the worker so far.
    """

    records: tuple[FileRecord, ...]
    refused: tuple[RefusedFile, ...]
    rows: tuple[ContentHash, ...]
    thumbnails: tuple[bytes, ...]
    sheet: bytes
    embedding: Halves | None
    inputs: npt.NDArray[np.uint8] | None
    network: NetworkFacts | None
    seconds: float
    peak_memory_bytes: int
    shapes: tuple[tuple[FoundShape, ...], ...] = ()

    def with_refused(self, more: Sequence[RefusedFile]) -> ShardResult:
        """The same result with further refused files."""
        return replace(self, refused=(*self.refused, *more)) if more else self


def write_message(stream: IO[bytes], header: Any, blobs: Sequence[Blob] = ()) -> None:
    """Send a JSON value and blobs; both arrive together."""
    sizes = [memoryview(blob).nbytes for blob in blobs]
    text = json.dumps({"value": header, "sizes": sizes}).encode("ascii")
    stream.write(_LENGTHS.pack(len(text), sum(sizes)))
    stream.write(text)
    for blob in blobs:
        stream.write(blob)
    stream.flush()


def read_message(stream: IO[bytes]) -> tuple[Any, list[bytes]] | None:
    """The next message, or None when the other side has gone."""
    lengths = stream.read(_LENGTHS.size)
    if len(lengths) < _LENGTHS.size:
        return None
    text_length, blob_length = _LENGTHS.unpack(lengths)
    text = stream.read(text_length)
    blob = stream.read(blob_length)
    if len(text) < text_length or len(blob) < blob_length:
        return None
    message = json.loads(text)
    view, blobs, start = memoryview(blob), [], 0
    for size in message["sizes"]:
        blobs.append(bytes(view[start : start + size]))
        start += size
    return message["value"], blobs


def shard_to_json(shard: Shard) -> dict[str, Any]:
    """A shard as JSON values."""
    network = None if shard.network is None else asdict(shard.network)
    return {
        "paths": list(shard.paths),
        "outputs": sorted(shard.outputs),
        "network": network,
        "limits": asdict(shard.limits),
        "large_px": shard.large_px,
        "finder": None if shard.finder is None else asdict(shard.finder),
        "least": [list(each) for each in shard.least],
    }


def shard_from_json(value: dict[str, Any]) -> Shard:
    """The shard that shard_to_json was given."""
    network = value["network"] and network_from_json(value["network"])
    outputs = frozenset(Output(name) for name in value["outputs"])
    return Shard(
        tuple(value["paths"]), outputs, network, Limits(**value["limits"]), value["large_px"],
        value["finder"] and FinderChoice(**value["finder"]),
        tuple((index, threshold) for index, threshold in value["least"]),
    )  # fmt: skip


def network_from_json(value: dict[str, Any]) -> NetworkChoice:
    """A network choice from asdict() of one, through JSON."""
    fields = dict(value["backbone"])
    how = dict(fields.pop("preprocessing"))
    interpolation = Interpolation(how.pop("interpolation"))
    mean, std = tuple(how.pop("mean")), tuple(how.pop("std"))
    preprocessing = Preprocessing(interpolation=interpolation, mean=mean, std=std, **how)
    library = Library(fields.pop("library"))
    backbone = Backbone(library=library, preprocessing=preprocessing, **fields)
    return NetworkChoice(backbone=backbone, **{name: value[name] for name in _PLAIN_FIELDS})


def send_result(stream: IO[bytes], result: ShardResult) -> None:
    """Send a shard's result."""
    arrays = [result.embedding, result.inputs]
    header = {
        "records": [asdict(record) for record in result.records],
        "refused": [asdict(refused) for refused in result.refused],
        "rows": list(result.rows),
        "shapes": [None if array is None else list(array.shape) for array in arrays],
        "network": None if result.network is None else asdict(result.network),
        "seconds": result.seconds,
        "peak_memory_bytes": result.peak_memory_bytes,
        "found": [
            [[one.class_index, one.confidence, shape_json.to_json(one.shape)] for one in found]
            for found in result.shapes
        ],
    }
    raw = [np.ascontiguousarray(array).data.cast("B") for array in arrays if array is not None and array.size]
    write_message(stream, {"result": header}, [result.sheet, *raw, *result.thumbnails])


def result_from_message(header: dict[str, Any], blobs: Sequence[bytes]) -> ShardResult:
    """The result that send_result was given; arrays are read-only."""
    waiting = iter(blobs)
    sheet = next(waiting)
    arrays: list[AnyArray | None] = []
    for shape, kind in zip(header["shapes"], (np.float16, np.uint8), strict=True):
        raw = b"" if shape is None or 0 in shape else next(waiting)
        arrays.append(None if shape is None else np.frombuffer(raw, kind).reshape(shape))
    return ShardResult(
        records=tuple(FileRecord(**record) for record in header["records"]),
        refused=tuple(RefusedFile(**refused) for refused in header["refused"]),
        rows=tuple(header["rows"]),
        thumbnails=tuple(waiting),
        sheet=sheet,
        embedding=arrays[0],
        inputs=arrays[1],
        network=header["network"] and NetworkFacts(**header["network"]),
        seconds=header["seconds"],
        peak_memory_bytes=header["peak_memory_bytes"],
        shapes=tuple(tuple(_found_shape(*one) for one in found) for found in header["found"]),
    )


def _found_shape(class_index: int, confidence: float, shape: Any) -> FoundShape:
    return FoundShape(class_index, confidence, shape_json.from_json(shape, "a worker's answer"))
