"""A worker process: decodes the files of a shard once and makes everything from that one decoding.

Run as a module by ingest.py, which talks to it through standard input and output. One thread, bounded memory.
"""

from __future__ import annotations

import json
import mmap
import os
import signal
import struct
import sys
import time
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, TypeVar, cast

import numpy as np
import numpy.typing as npt
from PIL import Image

from labelgraft.domain.arrays import Pixels
from labelgraft.domain.backbone import Preprocessing
from labelgraft.domain.finding import FoundShape
from labelgraft.domain.ids import ContentHash
from labelgraft.domain.image import RefusedFile
from labelgraft.domain.shapes.placing import scaled
from labelgraft.errors import LabelgraftError, UnreadableImage
from labelgraft.formats import thumbnails
from labelgraft.formats.pixels import FileBytes, Limits, Picture, confine_pillow, decode, read_file
from labelgraft.services.ingest_memory import (
    bound_memory,
    peak_memory_bytes,
    resident_bytes,
    unbounded_memory,
)
from labelgraft.services.ingest_messages import (
    FileRecord,
    FinderChoice,
    Halves,
    NetworkChoice,
    NetworkFacts,
    Output,
    Shard,
    ShardResult,
    read_message,
    send_result,
    shard_from_json,
    write_message,
)

if TYPE_CHECKING:
    from labelgraft.learning.backbones.network import Network
    from labelgraft.learning.finders import Finder

Choice = TypeVar("Choice", NetworkChoice, FinderChoice)
Loaded = TypeVar("Loaded", "Network", "Finder")

BATCH = 32
"""Images gathered before the network is called, which cuts them further as it likes. Measured, lite0: the pass
runs at 0.72 of the bare network's rate with 8, 0.73 with 16, 0.74 with 32 and 64, as weights stay in the cache longer.
"""

PROGRESS = struct.Struct("<qq")
"""What the progress file holds: a number that grows with every step, and the file's index in the shard."""

NETWORKS_KEPT = 3
"""Networks that one process keeps loaded, so that jobs that take turns need not load theirs for each shard."""

NO_FILE = -1
"""In place of a file's index: the worker is loading, embedding or waiting."""


class Progress:
    """Tells the parent process which file is being worked on, so that it can end a worker that hangs."""

    def __init__(self, path: str, seconds_per_file: float) -> None:
        with Path(path).open("r+b") as file:
            self._memory = mmap.mmap(file.fileno(), PROGRESS.size)
        self._steps = 0
        self._alarm = int(seconds_per_file * 2) + 5 if hasattr(signal, "alarm") else 0

    def at(self, index: int) -> None:
        """The worker now works on this file (or NO_FILE)."""
        self._steps += 1
        PROGRESS.pack_into(self._memory, 0, self._steps, index)
        if self._alarm:
            # If the parent was killed, nobody is left to end a decoder that hangs: the alarm's default does.
            signal.alarm(self._alarm if index != NO_FILE else 0)


class Networks:
    """The networks and finders that were used last, each loaded once; and the bound on this process's memory."""

    def __init__(self, memory_bytes: int) -> None:
        self._memory_bytes = memory_bytes
        # The one used last stands last.
        self._loaded: dict[NetworkChoice | FinderChoice, Network | Finder] = {}

    def get(self, choice: NetworkChoice | None) -> Network | None:
        """Load or reuse; memory is bounded again after loading."""
        return self._kept(choice, _load)

    def finder(self, choice: FinderChoice | None) -> Finder | None:
        """The same of a model that finds shapes."""
        return self._kept(choice, _load_finder)

    def _kept(self, choice: Choice | None, load: Callable[[Choice], Loaded]) -> Loaded | None:
        loaded = None
        if choice is not None:
            # What a choice was loaded as never changes: its class says which of the two it is.
            known = cast("Loaded | None", self._loaded.pop(choice, None))
            loaded = self._new(choice, load) if known is None else known
            self._loaded[choice] = loaded
        bound_memory(self._memory_bytes)
        return loaded

    def _new(self, choice: Choice, load: Callable[[Choice], Loaded]) -> Loaded:
        """Load one more; those not used for longest give way. Half of the memory stays free for pictures."""
        while self._loaded and (
            len(self._loaded) == NETWORKS_KEPT or resident_bytes() > self._memory_bytes / 2
        ):
            del self._loaded[next(iter(self._loaded))]
        with unbounded_memory():
            return load(choice)


def _load_finder(choice: FinderChoice) -> Finder:
    from labelgraft.learning.finders import open_finder

    finder = open_finder(Path(choice.folder), json.loads(choice.about))
    finder.find(
        np.full((64, 64, 3), 128, np.uint8), threshold=1.0
    )  # what the first call allocates is loading
    return finder


def _load(choice: NetworkChoice) -> Network:
    network = _opened(choice)
    side = choice.backbone.preprocessing.input_px
    grey = network.prepare(Image.new("RGB", (side, side), "grey"))
    network.embed(
        np.stack([grey] * BATCH)
    )  # whatever is allocated or compiled at first use counts as loading
    return network


def _opened(choice: NetworkChoice) -> Network:
    if choice.trained_file is not None:
        from labelgraft.learning.finetuning.deployed import open_trained

        return open_trained(choice.backbone, choice.trained_file, choice.backend, choice.precision)
    from labelgraft.learning.backbones.network import load

    return load(
        choice.backbone,
        backend=choice.backend,
        precision=choice.precision,
        weights_file=None if choice.weights_file is None else Path(choice.weights_file),
        cache_folder=None if choice.cache_folder is None else Path(choice.cache_folder),
        device=choice.device,
    )


def all_pixels(limits: Limits) -> int:
    """A side that makes the decoder keep every pixel."""
    return limits.pixels


def detail_px(preprocessing: Preprocessing | None) -> int:
    """The shortest side that anything made of a picture is scaled to: network input or thumbnail."""
    if preprocessing is None:
        return thumbnails.LONG_SIDE_PX
    return max(thumbnails.LONG_SIDE_PX, round(preprocessing.input_px / preprocessing.crop_fraction))


class ShardWork:
    """One shard's way through this process."""

    def __init__(
        self, shard: Shard, network: Network | None, progress: Progress, finder: Finder | None = None
    ) -> None:
        self._shard = shard
        self._network = network
        self._finder = finder
        self._progress = progress
        self._detail_px = detail_px(None if network is None else network.backbone.preprocessing)
        if (
            Output.LARGE in shard.outputs
        ):  # with the margin of formats/pixels.py the short side is large_px or more
            self._detail_px = max(self._detail_px, shard.large_px // 2)
        if finder is not None:
            self._detail_px = max(self._detail_px, finder.detail_px or all_pixels(shard.limits))
        self._records: list[FileRecord] = []
        self._refused: list[RefusedFile] = []
        self._rows: dict[ContentHash, FileRecord] = {}
        self._webps: list[bytes] = []
        self._cells: list[Image.Image] = []
        self._inputs: list[Pixels] = []
        self._embedding: list[Halves] = []
        self._shapes: list[tuple[FoundShape, ...]] = []

    def result(self) -> ShardResult:
        """Work through the files and give everything that was asked for."""
        started = time.perf_counter()
        for index, path in enumerate(self._shard.paths):
            self._progress.at(index)
            try:
                self._take(path)
            except UnreadableImage as error:
                self._refused.append(RefusedFile(error.path, error.reason))
            if len(self._inputs) == BATCH and Output.INPUTS not in self._shard.outputs:
                self._embed()
        self._embed()
        return ShardResult(
            records=tuple(self._records),
            refused=tuple(self._refused),
            rows=tuple(self._rows),
            thumbnails=tuple(self._webps),
            sheet=thumbnails.sheet(self._cells) if self._cells else b"",
            embedding=self._whole_embedding(),
            inputs=self._whole_inputs(),
            network=None if self._network is None else facts(self._network),
            seconds=time.perf_counter() - started,
            peak_memory_bytes=peak_memory_bytes(),
            shapes=tuple(self._shapes),
        )

    def _take(self, path: str) -> None:
        file = read_file(path, self._shard.limits)
        known = self._rows.get(file.content_hash)
        if known is not None:
            self._record(file, known.width_px, known.height_px, known.row)
            return
        picture = decode(file, self._shard.limits, detail_px=self._detail_px)
        self._make_outputs(path, picture)
        row = len(self._rows)
        self._rows[file.content_hash] = self._record(file, picture.width_px, picture.height_px, row)

    def _make_outputs(self, path: str, picture: Picture) -> None:
        try:
            made = None
            if Output.LARGE in self._shard.outputs:
                self._webps.append(thumbnails.large(picture.image, self._shard.large_px))
            elif Output.THUMBNAILS in self._shard.outputs:
                made = thumbnails.thumbnail_and_cell(picture.image)
            if self._network is not None:
                self._inputs.append(self._network.prepare(picture.image))
            if self._finder is not None and Output.SHAPES in self._shard.outputs:
                self._shapes.append(found_in(picture, self._finder, dict(self._shard.least)))
        except MemoryError as error:
            raise UnreadableImage(path, "scaling needs more memory than one image may use") from error
        if made is not None:
            self._webps.append(made[0])
            self._cells.append(made[1])

    def _record(self, file: FileBytes, width_px: int, height_px: int, row: int) -> FileRecord:
        size = len(file.data)
        record = FileRecord(file.path, file.content_hash, width_px, height_px, size, file.modified_ns, row)
        self._records.append(record)
        return record

    def _embed(self) -> None:
        """Embed what has gathered; a network's call is not charged to any file."""
        self._progress.at(NO_FILE)
        if self._network is None or Output.EMBEDDING not in self._shard.outputs:
            return
        for start in range(0, len(self._inputs), BATCH):
            batch = np.stack(self._inputs[start : start + BATCH])
            self._embedding.append(self._network.embed(batch).astype(np.float16))
        if Output.INPUTS not in self._shard.outputs:
            self._inputs.clear()

    def _whole_embedding(self) -> Halves | None:
        if self._network is None or Output.EMBEDDING not in self._shard.outputs:
            return None
        width = self._network.backbone.feature_width
        return np.concatenate(self._embedding) if self._embedding else np.zeros((0, width), np.float16)

    def _whole_inputs(self) -> npt.NDArray[np.uint8] | None:
        if self._network is None or Output.INPUTS not in self._shard.outputs:
            return None
        side = self._network.backbone.preprocessing.input_px
        return np.stack(self._inputs) if self._inputs else np.zeros((0, side, side, 3), np.uint8)


def found_in(picture: Picture, finder: Finder, least: Mapping[int, float]) -> tuple[FoundShape, ...]:
    """What a finder sees in a picture, in pixels of the whole upright file; only classes that are wanted, if sure enough."""
    pixels = np.asarray(picture.image)
    found = finder.find(pixels, threshold=min(least.values(), default=1.0))
    across, down = picture.width_px / pixels.shape[1], picture.height_px / pixels.shape[0]
    sure = zip(found.class_indexes.tolist(), found.confidences.tolist(), found.shapes(), strict=True)
    return tuple(
        FoundShape(index, confidence, shape if across == down == 1.0 else scaled(shape, across, down))
        for index, confidence, shape in sure
        if index in least and confidence >= least[index]
    )


def facts(network: Network) -> NetworkFacts:
    """What identifies this network's results."""
    return NetworkFacts(
        network.backbone.name, network.backend, network.precision, network.weights_digest, network.layer
    )


def serve(requests: IO[bytes], answers: IO[bytes], progress: Progress, memory_bytes: int) -> None:
    """Answer shards until the parent closes the pipe or is gone."""
    networks = Networks(memory_bytes)
    limits: Limits | None = None
    while (message := read_message(requests)) is not None:
        shard = shard_from_json(message[0])
        if shard.limits != limits:
            confine_pillow(shard.limits)
            limits = shard.limits
        try:
            network, finder = networks.get(shard.network), networks.finder(shard.finder)
            send_result(answers, ShardWork(shard, network, progress, finder).result())
        except LabelgraftError as error:
            write_message(answers, {"error": {"kind": type(error).__name__, "text": str(error)}})
        _forget_noise()


def _forget_noise() -> None:
    """Empty the file that catches standard error: decoders in C write to it without end."""
    os.ftruncate(sys.stderr.fileno(), 0)


def main() -> None:
    """Arguments: the progress file, seconds per file, memory in bytes."""
    warnings.simplefilter("ignore")
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C reaches the whole group; the parent decides
    progress = Progress(sys.argv[1], float(sys.argv[2]))
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not end up between our messages
    serve(requests, answers, progress, int(sys.argv[3]))


if __name__ == "__main__":
    main()
