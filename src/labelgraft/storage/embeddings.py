"""Embeddings and cached activations: immutable float16 shards, shared by projects, never computed twice."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import threading
import uuid
from collections import Counter, OrderedDict
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from labelgraft.domain.arrays import AnyArray, Floats
from labelgraft.domain.ids import ContentHash
from labelgraft.errors import BadInput, ShapeMismatch, WorkspaceDamaged
from labelgraft.storage.files import sweep_torn, write_atomically
from labelgraft.storage.shard_index import SIDECAR, ShardIndex

_KEY_FILE = "key.json"
_OPEN_SHARDS = 64
"""Shards kept mapped at a time; each holds a file handle."""


@dataclass(frozen=True, slots=True)
class EmbeddingKey:
    """What vectors depend on besides the image; different in anything means another space.

    preprocessing: digest or name of everything between file and network. view: "clean", or the name of an
    augmented view of the image.
    """

    backbone: str
    weights_digest: str
    layer: str
    preprocessing: str
    backend: str
    precision: str
    view: str = "clean"

    @property
    def folder_name(self) -> str:
        """A name that people recognise, made unique by the digest of the whole key."""
        text = json.dumps(asdict(self), sort_keys=True)
        readable = re.sub(r"[^a-z0-9]+", "-", f"{self.backbone} {self.layer}".lower()).strip("-")[:48]
        return f"{readable}-{hashlib.sha256(text.encode()).hexdigest()[:16]}"


class EmbeddingSpace:
    """The vectors of one key. Safe to use from several threads and processes."""

    def __init__(self, folder: Path, key: EmbeddingKey) -> None:
        self.folder = folder
        self.key = key
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / _KEY_FILE).exists():
            text = json.dumps(asdict(key), indent=1).encode()
            write_atomically(folder / _KEY_FILE, lambda file: file.write(text))
        self._index = ShardIndex(folder)
        self._mapped: OrderedDict[int, AnyArray] = OrderedDict()
        self._guard = threading.Lock()

    @property
    def count(self) -> int:
        """How many images have a vector here."""
        return self._index.count

    @property
    def width(self) -> int | None:
        """D, numbers per vector; None while there is none."""
        return None if self.count == 0 else int(self._shard(0).shape[1])

    def missing(self, hashes: Sequence[ContentHash]) -> list[ContentHash]:
        """Those without a vector, each once, in the order given."""
        self._index.refresh()
        shards, _ = self._index.find(hashes)
        return list(dict.fromkeys(h for h, shard in zip(hashes, shards, strict=True) if shard < 0))

    def write_shard(self, hashes: Sequence[ContentHash], vectors: AnyArray) -> None:
        """Store the vectors of images: (n, D) float16 in the order of the hashes; whole or not at all.

        Hashes that are stored already are left out.

        Raises: ShapeMismatch; BadInput if a number is not finite; WorkspaceUnwritable.
        """
        self._check(hashes, vectors)
        fresh = self.missing(hashes)
        if not fresh:
            return
        row_of = {h: row for row, h in enumerate(hashes)}
        kept = np.ascontiguousarray(vectors[[row_of[h] for h in fresh]], np.float16)
        name = uuid.uuid4().hex
        write_atomically(self.folder / f"{name}.npy", lambda file: np.save(file, kept))
        self._index.finish(name, fresh)
        os.utime(self.folder / _KEY_FILE)

    def _check(self, hashes: Sequence[ContentHash], vectors: AnyArray) -> None:
        if vectors.ndim != 2 or len(vectors) != len(hashes):
            raise ShapeMismatch(f"{len(hashes)} images were given vectors of shape {vectors.shape}.")
        if self.width not in (None, vectors.shape[1]):
            raise ShapeMismatch(f"This space has D = {self.width}, the new vectors D = {vectors.shape[1]}.")
        if not (np.abs(vectors) <= np.finfo(np.float16).max).all():
            raise BadInput("A vector holds a number that is not finite in float16. Nothing was stored.")

    def read(self, hashes: Sequence[ContentHash]) -> Floats:
        """The vectors of images, (N, D) float32 in the order given.

        Raises: BadInput if an image has none.
        """
        shards, rows = self._index.find(hashes)
        if (shards < 0).any():
            self._index.refresh()
            shards, rows = self._index.find(hashes)
        absent = np.flatnonzero(shards < 0)
        if len(absent):
            raise BadInput(
                f"{len(absent)} of {len(hashes)} images have no embedding by {self.key.backbone} yet. "
                "Embed the project first."
            )
        os.utime(self.folder / _KEY_FILE)
        gathered: Floats = np.empty((len(hashes), self.width or 0), np.float32)
        order = np.lexsort((rows, shards))
        cuts = np.flatnonzero(np.diff(shards[order])) + 1
        for part in np.split(order, cuts) if len(order) else []:
            gathered[part] = self._shard(int(shards[part[0]]))[rows[part]]
        return gathered

    def _shard(self, number: int) -> AnyArray:
        with self._guard:
            if number not in self._mapped:
                self._mapped[number] = _map(self.folder / f"{self._index.name(number)}.npy")
            self._mapped.move_to_end(number)
            while len(self._mapped) > _OPEN_SHARDS:
                self._mapped.popitem(last=False)
            return self._mapped[number]


def _map(path: Path) -> AnyArray:
    try:
        shard: AnyArray = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError) as error:
        raise WorkspaceDamaged(
            f"{path}: these embeddings cannot be read ({error}). Labels are not affected. Delete the folder "
            f"{path.parent.name}; its embeddings are computed again."
        ) from error
    return shard


class EmbeddingStore:
    """All spaces of a workspace, one folder each."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._spaces: dict[EmbeddingKey, EmbeddingSpace] = {}
        self._guard = threading.Lock()
        self._held: Counter[EmbeddingKey] = Counter()

    def space(self, key: EmbeddingKey) -> EmbeddingSpace:
        """The space of that key, empty if nothing was stored yet."""
        with self._guard:
            if key not in self._spaces or not self._spaces[key].folder.exists():
                self._spaces[key] = EmbeddingSpace(self.root / key.folder_name, key)
            return self._spaces[key]

    def spaces(self) -> tuple[EmbeddingSpace, ...]:
        """All spaces there are, by name."""
        files = sorted(self.root.glob(f"*/{_KEY_FILE}"))
        return tuple(self.space(EmbeddingKey(**json.loads(file.read_text()))) for file in files)

    @contextmanager
    def holding(self, keys: Collection[EmbeddingKey]) -> Iterator[None]:
        """Spaces that are not deleted meanwhile: somebody reads or writes them."""
        with self._guard:
            self._held.update(keys)
        try:
            yield
        finally:
            with self._guard:
                self._held.subtract(keys)

    def evict(self, budget_bytes: int, *, keep: Collection[EmbeddingKey] = ()) -> list[EmbeddingKey]:
        """Delete the least recently read spaces until the rest fits the budget; gives those deleted.

        Spaces in `keep` stay and do not count; those that are held stay and count. Everything deleted can be
        computed again.
        """
        candidates = [space for space in self.spaces() if space.key not in keep]
        candidates.sort(key=lambda space: (space.folder / _KEY_FILE).stat().st_mtime_ns)
        sizes = {space.key: folder_bytes(space.folder) for space in candidates}
        used = sum(sizes.values())
        evicted = []
        for space in candidates:
            if used <= budget_bytes:
                break
            with self._guard:
                if self._held[space.key] > 0:
                    continue
                shutil.rmtree(space.folder)
                self._spaces.pop(space.key, None)
            used -= sizes[space.key]
            evicted.append(space.key)
        return evicted

    def sweep(self) -> int:
        """Delete what a killed process left half-written; only while nobody else writes. Gives how many."""
        swept = sweep_torn(self.root)
        for path in self.root.glob("*/*.npy"):
            sidecar = path.with_name(path.name.removesuffix(".npy") + SIDECAR)
            if not path.name.endswith(SIDECAR) and not sidecar.exists():
                path.unlink()
                swept += 1
        return swept


def folder_bytes(folder: Path) -> int:
    """Bytes of all files in a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
