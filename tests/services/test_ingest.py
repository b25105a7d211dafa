"""The pool does every file once, whatever single files or workers do."""

from __future__ import annotations

import hashlib
import os
import signal
import struct
import threading
import time
import zlib
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from labelgraft.errors import JobCancelled
from labelgraft.formats.pixels import Limits
from labelgraft.services.ingest import IngestPool
from labelgraft.services.ingest_messages import Output, Shard

THUMBNAILS = frozenset({Output.THUMBNAILS})


def photo(path: Path, seed: int, size: tuple[int, int] = (90, 60)) -> str:
    random = np.random.default_rng(seed)
    small = Image.fromarray(random.integers(0, 256, (6, 9, 3), np.uint8))
    small.resize(size, Image.Resampling.BICUBIC).save(path, "JPEG")
    return str(path)


def photos(folder: Path, count: int) -> tuple[str, ...]:
    return tuple(photo(folder / f"{number:04}.jpg", number) for number in range(count))


def scan_bomb(path: Path, repeats: int = 4000) -> str:
    """A progressive JPEG that repeats one cheap scan: small on disk, minutes to decode."""
    buffer = BytesIO()
    Image.new("L", (4000, 4000), 128).save(buffer, "JPEG", progressive=True)
    data = buffer.getvalue()
    start = data.rindex(b"\xff\xc4")  # the last scan with its table
    path.write_bytes(data[:start] + data[start:-2] * repeats + data[-2:])
    return str(path)


def flat_png(path: Path, width: int, height: int) -> str:
    """A black RGBA PNG, written row by row."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    packer = zlib.compressobj(1)
    row = bytes(1 + 4 * width)
    body = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    )
    return str(path)


def test_a_shard_gives_a_record_a_thumbnail_and_a_cell_per_file(tmp_path: Path) -> None:
    paths = photos(tmp_path, 5)
    with IngestPool(workers=1) as pool:
        assert pool.wait_until_ready() is None
        result = pool.submit(Shard(paths, THUMBNAILS)).result()
    assert [record.path for record in result.records] == list(paths)
    assert [record.row for record in result.records] == [0, 1, 2, 3, 4]
    first = result.records[0]
    assert first.content_hash == hashlib.sha256(Path(paths[0]).read_bytes()).hexdigest() == result.rows[0]
    assert (first.width_px, first.height_px) == (90, 60)
    assert first.file_bytes == Path(paths[0]).stat().st_size
    assert first.modified_ns == Path(paths[0]).stat().st_mtime_ns
    assert [Image.open(BytesIO(webp)).size for webp in result.thumbnails] == [(90, 60)] * 5
    assert Image.open(BytesIO(result.sheet)).size == (1024, 1024)
    assert result.embedding is None
    assert result.inputs is None


def test_equal_files_share_a_row(tmp_path: Path) -> None:
    one, other = photo(tmp_path / "a.jpg", 1), photo(tmp_path / "b.jpg", 2)
    copy = photo(tmp_path / "c.jpg", 1)
    with IngestPool(workers=1) as pool:
        result = pool.submit(Shard((one, other, copy), THUMBNAILS)).result()
    assert [record.row for record in result.records] == [0, 1, 0]
    assert len(result.rows) == len(result.thumbnails) == 2


def test_run_gives_every_shard_once_over_several_workers(tmp_path: Path) -> None:
    paths = photos(tmp_path, 40)
    shards = [Shard(paths[start : start + 4]) for start in range(0, 40, 4)]
    with IngestPool(workers=2) as pool:
        done = {shard.paths: result for shard, result in pool.run(shards)}
    assert len(done) == 10
    for shard_paths, result in done.items():
        assert tuple(record.path for record in result.records) == shard_paths


def test_threads_may_share_a_pool(tmp_path: Path) -> None:
    paths = photos(tmp_path, 24)
    seen: list[str] = []

    def one_step(part: tuple[str, ...]) -> None:
        seen.extend(record.path for record in pool.submit(Shard(part)).result().records)

    with IngestPool(workers=2) as pool:
        threads = [threading.Thread(target=one_step, args=(paths[n : n + 4],)) for n in range(0, 24, 4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(seen) == list(paths)


def test_run_begins_no_shard_after_stop(tmp_path: Path) -> None:
    paths = photos(tmp_path, 30)
    finished: list[Shard] = []
    with IngestPool(workers=1) as pool:
        for shard, _ in pool.run((Shard((path,)) for path in paths), stop=lambda: len(finished) >= 3):
            finished.append(shard)
    assert 3 <= len(finished) <= 5


def test_closing_cancels_what_waits_and_what_runs(tmp_path: Path) -> None:
    bomb = scan_bomb(tmp_path / "bomb.jpg")
    with IngestPool(workers=1) as pool:
        pool.wait_until_ready()
        running, waiting = pool.submit(Shard((bomb,))), pool.submit(Shard((bomb,)))
        time.sleep(0.3)
        began = time.monotonic()
    assert time.monotonic() - began < 5
    for future in (running, waiting, pool.submit(Shard((bomb,)))):
        with pytest.raises(JobCancelled, match="workers were stopped"):
            future.result(timeout=5)


def test_a_file_that_hangs_is_refused_and_the_rest_of_its_shard_is_done(tmp_path: Path) -> None:
    good = photos(tmp_path, 4)
    bomb = scan_bomb(tmp_path / "bomb.jpg")
    with IngestPool(workers=1, seconds_per_file=2) as pool:
        pool.wait_until_ready()
        began = time.monotonic()
        result = pool.submit(Shard((*good[:2], bomb, *good[2:]), THUMBNAILS)).result()
    assert time.monotonic() - began < 30
    assert [(refused.path, refused.reason) for refused in result.refused] == [
        (bomb, "took longer than 2 s to decode")
    ]
    assert [record.path for record in result.records] == list(good)
    assert len(result.thumbnails) == 4


def kill_workers_while(pool: IngestPool, busy: threading.Event, times: int) -> None:
    """Kill the pool's worker so often, each time well into its work."""
    for _ in range(times):
        time.sleep(1.5)
        if busy.is_set():
            for process_id in pool.process_ids():
                os.kill(process_id, signal.SIGKILL)


def test_a_file_whose_decoding_kills_the_worker_twice_is_refused_and_the_rest_is_done(tmp_path: Path) -> None:
    good = photos(tmp_path, 4)
    bomb = scan_bomb(tmp_path / "bomb.jpg")
    busy = threading.Event()
    with IngestPool(workers=1) as pool:
        pool.wait_until_ready()
        busy.set()
        killer = threading.Thread(target=kill_workers_while, args=(pool, busy, 2))
        killer.start()
        result = pool.submit(Shard((*good, bomb))).result()
        busy.clear()
        killer.join()
    assert [(refused.path, refused.reason) for refused in result.refused] == [
        (bomb, "crashed the decoder twice")
    ]
    assert [record.path for record in result.records] == list(good)


def test_a_worker_that_dies_by_chance_costs_no_file(tmp_path: Path) -> None:
    slow = [flat_png(tmp_path / f"{number}.png", 2000, 2000 + number) for number in range(12)]
    with IngestPool(workers=1) as pool:
        pool.wait_until_ready()
        future = pool.submit(Shard(tuple(slow)))
        time.sleep(0.15)
        os.kill(pool.process_ids()[0], signal.SIGKILL)
        result = future.result()
    assert result.refused == ()
    assert len(result.records) == 12


def test_a_worker_killed_while_it_waits_is_replaced(tmp_path: Path) -> None:
    with IngestPool(workers=1) as pool:
        pool.wait_until_ready()
        os.kill(pool.process_ids()[0], signal.SIGKILL)
        time.sleep(0.2)
        assert len(pool.submit(Shard(photos(tmp_path, 3))).result().records) == 3


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is bounded on Linux only")
def test_files_that_need_more_memory_than_allowed_are_refused_and_leave_room_for_others(
    tmp_path: Path,
) -> None:
    large = [flat_png(tmp_path / f"{side}.png", side, 6000) for side in (6000, 6001)]  # 144 MB decoded
    fitting = flat_png(tmp_path / "fitting.png", 1500, 1500)  # 45 MB with the white behind it
    with IngestPool(workers=1, memory_bytes=150_000_000) as pool:
        result = pool.submit(Shard((*large, fitting), THUMBNAILS)).result()
    reason = "decoding needs more memory than one image may use"
    assert [(refused.path, refused.reason) for refused in result.refused] == [
        (path, reason) for path in large
    ]
    assert [record.path for record in result.records] == [fitting]
    assert result.peak_memory_bytes < 160_000_000


@pytest.mark.slow
def test_a_hundred_megapixels_with_alpha_fit_into_the_default_memory(tmp_path: Path) -> None:
    with IngestPool(workers=1) as pool:
        result = pool.submit(Shard((flat_png(tmp_path / "a.png", 10_000, 10_000),), THUMBNAILS)).result()
    assert [(record.width_px, record.height_px) for record in result.records] == [(10_000, 10_000)]
    assert result.peak_memory_bytes < 700_000_000


def test_limits_travel_with_the_shard(tmp_path: Path) -> None:
    path = photo(tmp_path / "a.jpg", 1, size=(200, 100))
    with IngestPool(workers=1) as pool:
        refused = pool.submit(Shard((path,), limits=Limits(pixels=19_999))).result().refused
        assert len(refused) == 1
        assert pool.submit(Shard((path,))).result().refused == ()


def test_workers_end_when_the_process_that_started_them_is_killed(tmp_path: Path) -> None:
    import subprocess
    import sys

    code = (
        "from labelgraft.services.ingest import IngestPool; import time\n"
        "pool = IngestPool(workers=1); pool.wait_until_ready(); print(*pool.process_ids(), flush=True)\n"
        "time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    worker = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    for _ in range(100):
        status = Path(f"/proc/{worker}/status")
        if not status.exists() or "State:\tZ" in status.read_text():
            return
        time.sleep(0.05)
    pytest.fail(f"worker {worker} outlived its parent")
