"""What a person waits for at the map and in the gallery: gestures over HTTP on a real server, 100,000 images.

    python -m benchmarks.labelling_over_http [--rows 100000] [--folder KEEP_HERE]

The rows are those of tables_at_scale.py, the embedding (1,280 numbers per image, float16, on the disk) and the map are
synthetic: 60 clouds. Server and client are two threads of one process. Budgets: from a lasso to its images, the odd ones
first, < 100 ms; states of all images < 150 ms; 10,000 images labelled, confirmed, < 300 ms.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
from benchmarks.tables_at_scale import load
from rich.console import Console
from rich.table import Table

import labelgraft
from labelgraft.domain.ids import ContentHash, ProjectId
from labelgraft.domain.map import MapColumns
from labelgraft.server.app import make_app
from labelgraft.server.options import ServerOptions
from labelgraft.server.start import Server, listening
from labelgraft.storage import images, maps
from labelgraft.storage.embeddings import EmbeddingKey
from labelgraft.storage.workspace import Workspace
from labelgraft.workbench.front_door import Workbench

CLOUDS, WIDTH = 60, 1280
SHARD = 5_000
REPEATS = 15
BULK = 10_000
LASSO_IMAGES = 5_000

KEY = EmbeddingKey("none", "synthetic", "pooled", "none", "numpy", "float16", "clean")


def fill(folder: Path, rows: int) -> ProjectId:
    """Rows, embeddings and one round of a map."""
    dice = np.random.default_rng(1)
    with Workspace.open(folder, create=True) as workspace:
        project_id, _ = load(workspace, rows)
        with workspace.database.reading() as c:
            columns = images.columns(c, project_id)
        cloud = dice.integers(0, CLOUDS, rows)
        centres = dice.normal(size=(CLOUDS, WIDTH)).astype(np.float32)
        space = workspace.embeddings.space(KEY)
        noise = dice.standard_normal((SHARD, WIDTH), np.float32)
        for start in range(0, rows, SHARD):
            part = slice(start, min(start + SHARD, rows))
            vectors = centres[cloud[part]] + noise[: part.stop - start, dice.permutation(WIDTH)]
            hashes = [ContentHash(each.decode()) for each in columns.hashes[part].tolist()]
            space.write_shard(hashes, vectors.astype(np.float16))
        angle = 2 * np.pi * cloud / CLOUDS
        xy = np.stack([np.cos(angle), np.sin(angle)], axis=1) + dice.normal(0, 0.03, (rows, 2))
        points = MapColumns(columns.image_ids, xy.astype(np.float32), cloud.astype(np.int64))
        with workspace.database.writing() as c:
            maps.insert_round(
                c, workspace.maps_folder, project_id, points, embedding="none", model_id=None, method="synthetic",
                median_move=None, purity=None, seconds=0.0,
            )  # fmt: skip
    return project_id


@contextmanager
def served(bench: Workbench) -> Iterator[httpx2.Client]:
    options = ServerOptions()
    server, ready = Server(make_app(bench, options)), threading.Event()
    server.when_ready = ready.set
    with listening(0) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            ready.wait(10)
            headers = {"Authorization": f"Bearer {options.program_token}"}
            address = f"http://127.0.0.1:{listener.getsockname()[1]}/api/v1"
            with httpx2.Client(base_url=address, headers=headers, timeout=60) as client:
                yield client
        finally:
            server.stop()
            thread.join(20)


def ask(client: httpx2.Client, method: str, path: str, **more: Any) -> httpx2.Response:
    answer = client.request(method, path, **more)
    answer.raise_for_status()
    return answer


def measured(what: Callable[[int], object], repeats: int = REPEATS) -> list[tuple[float, float]]:
    """Milliseconds by the clock, and of this process's CPU: server and client together."""
    taken = []
    for n in range(repeats):
        started, worked = time.perf_counter(), time.process_time()
        what(n)
        taken.append(((time.perf_counter() - started) * 1000, (time.process_time() - worked) * 1000))
    return taken


def circle(dice: np.random.Generator, corners: int, radius: float) -> list[list[float]]:
    """A freehand lasso around one place of the ring."""
    at = 2 * np.pi * dice.random()
    angle = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    xy = np.stack([np.cos(at) + radius * np.cos(angle), np.sin(at) + radius * np.sin(angle)], axis=1)
    found: list[list[float]] = xy.round(4).tolist()
    return found


def report(client: httpx2.Client, project_id: ProjectId, rows: int, console: Console) -> None:
    dice = np.random.default_rng(3)
    path = f"/projects/{project_id}"
    ids = np.arange(1, rows + 1)
    kinds = [each["id"] for each in ask(client, "GET", f"{path}/classes").json()]
    # So wide that it holds about 5,000 images of 100,000.
    radius = 0.17 * (LASSO_IMAGES / (rows * 0.05))

    def gesture(body: dict[str, Any]) -> dict[str, Any]:
        key = {"Idempotency-Key": str(uuid.uuid4())}
        told: dict[str, Any] = ask(client, "POST", f"{path}/operations", json=body, headers=key).json()
        return told

    def bulk(n: int) -> None:
        some = np.sort(dice.choice(ids, BULK, replace=False)).tolist()
        gesture({"kind": "label", "selector": {"images": some}, "class_id": kinds[n % 3]})

    def by_lasso(n: int) -> None:
        region = {"lasso": circle(dice, 300, 2 * radius), "round": 1}
        gesture({"kind": "label", "selector": region, "class_id": kinds[n % 3]})

    def lasso(_n: int) -> None:
        ask(client, "POST", f"{path}/selection", json={"lasso": circle(dice, 300, radius), "round": 1})

    def one(n: int) -> None:
        gesture({"kind": "label", "selector": {"images": [int(dice.choice(ids))]}, "class_id": kinds[n % 3]})

    def all_states(_n: int) -> None:
        ask(client, "GET", f"{path}/images/state")

    first_states = measured(all_states, 1)
    first_lasso = measured(lasso, 1)
    changed: list[tuple[float, float]] = []
    for n in range(REPEATS):
        one(n)
        changed += measured(all_states, 1)
    some = dice.choice(ids, 200).tolist()
    lines: list[tuple[str, list[tuple[float, float]], int | None]] = [
        ("states of all images, the first time", first_states, None),
        ("states of all images", measured(all_states), 150),
        ("states of all images, after a label", changed, 150),
        ("lasso of 300 corners to its images, odd ones first, the first time", first_lasso, None),
        ("lasso of 300 corners to its images, odd ones first", measured(lasso), 100),
        ("order by confidence, one class proposed", measured(lambda _: ask(
            client, "GET", f"{path}/images/columns?sort=confidence&proposed_class_id={kinds[0]}")), 150),
        ("order by likeness to an image", measured(lambda n: ask(
            client, "GET", f"{path}/images/columns?sort=similar&to={n + 1}")), 150),
        ("50 most similar images, compared in full", measured(lambda n: ask(
            client, "GET", f"{path}/images/{n + 1}/similar?count=50")), 150),
        ("details of 200 images", measured(lambda _: ask(
            client, "POST", f"{path}/images/lookup", json={"image_ids": some})), 100),
        ("a page of 100 images, two conditions", measured(lambda n: ask(
            client, "GET", f"{path}/images?class_id={kinds[0]}&split=test&after={1 + 500 * n}")), 50),
        ("one image labelled, confirmed", measured(one), 50),
        ("10,000 images labelled by their numbers, confirmed", measured(bulk, 7), 300),
        ("a region of some 10,000 labelled by lasso, confirmed", measured(by_lasso, 7), 300),
    ]  # fmt: skip
    last = ask(client, "GET", f"{path}/operations?limit=1").json()["operations"][0]
    undone = measured(lambda _: ask(client, "POST", f"{path}/operations/{last['id']}/revert", json={}), 1)
    lines.append((f"that operation taken back ({last['image_count']:,} images)", undone, None))
    table = Table(title=f"Over HTTP, {rows:,} images")
    for heading in ("what", "median ms", "p95 ms", "median CPU ms", "budget ms", "kept"):
        table.add_column(heading, justify="left" if heading == "what" else "right")
    for what, taken, budget in lines:
        times = [clock for clock, _ in taken]
        kept = "" if budget is None else "yes" if np.median(times) < budget else "NO"
        p95 = f"{np.percentile(times, 95):.0f}"
        busy = f"{np.median([cpu for _, cpu in taken]):.0f}"
        table.add_row(what, f"{np.median(times):.0f}", p95, busy, "" if budget is None else str(budget), kept)
    console.print(table)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000, help="images (default 100,000)")
    parser.add_argument("--folder", type=Path, default=None, help="where to work; default a temporary folder")
    chosen = parser.parse_args()
    folder = chosen.folder or Path(tempfile.mkdtemp(prefix="labelgraft-"))
    try:
        project_id = ProjectId(1) if (folder / "labelgraft.sqlite").exists() else fill(folder, chosen.rows)
        with labelgraft.open(folder) as bench, served(bench) as client:
            report(client, project_id, chosen.rows, Console(width=110))
    finally:
        if chosen.folder is None:
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
