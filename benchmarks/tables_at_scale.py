"""The tables at a million images: pages under any filter, and one bulk operation with its journal.

    python benchmarks/tables_at_scale.py [--rows 1000000] [--url postgresql://...] [--folder KEEP_HERE]

The rows are synthetic: 200 folders of very different sizes, 40 classes, a third of the images labelled, a few
skipped, a tenth in the test split, and a proposal for every image. Budgets: a page p95 < 50 ms, 10,000 images
labelled with their journal, committed and on the disk, < 300 ms.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from labelgraft.domain.annotation import Author, AuthorKind
from labelgraft.domain.ids import ClassId, ImageId, ModelId, ProjectId
from labelgraft.domain.image import ImageFilter, ImageState, Split
from labelgraft.domain.operation import Cause
from labelgraft.domain.project import Task
from labelgraft.domain.proposal import ProposalColumns
from labelgraft.storage import (
    classes,
    dialect,
    folders,
    images,
    labelling,
    marks,
    projects,
    proposals,
    tables,
)
from labelgraft.storage.workspace import Workspace

PAGE_BUDGET_MS = 50
BULK_BUDGET_MS = 300
BULK_IMAGES = 10_000
CURSORS = 40
"""Pages asked for per filter, each from a random place."""

ME = Author(AuthorKind.PERSON, "benchmark")
FOLDERS = 200
CLASSES = 40


def load(workspace: Workspace, rows: int) -> tuple[ProjectId, list[ClassId]]:
    """Fill a project with synthetic rows, past the journal; this is about reading and writing afterwards."""
    dice = np.random.default_rng(0)
    with workspace.database.writing() as c:
        project = projects.create(
            c, name="million", task=Task.CLASSIFICATION, multi_label=False, backbone="none"
        )
        names = [f"class {n}" for n in range(CLASSES)]
        kinds = list(classes.ensure(c, project.id, names).values())
        # Sizes of folders and classes fall off like 1/n: a few hold most, many hold little.
        numbers = folders.ensure(c, project.id, (f"set {n}" for n in range(FOLDERS)))
        folder = np.array(list(numbers.values()))[dice.choice(FOLDERS, rows, p=_falling(FOLDERS))]
        state = dice.choice([0, 2, 3, 4], rows, p=[0.6596, 0.33, 0.01, 0.0004])
        split = dice.choice([0, 1, 2], rows, p=[0.5, 0.4, 0.1])
        for start in range(0, rows, 50_000):
            stretch = range(start, min(start + 50_000, rows))
            dialect.insert_rows(c, tables.image, ("id", "project_id"), [(n + 1, project.id) for n in stretch])
            ids = [n + 1 for n in stretch]
            marks.add(c, project.id, ids, folder[stretch.start : stretch.stop].tolist())
            files = [_file_row(n, project.id, int(folder[n])) for n in stretch]
            dialect.insert_rows(c, tables.image_file, _FILE_COLUMNS, files)
        new = marks.every(c, project.id)
        marks.write(c, project.id, replace(new, states=state.astype(np.int8), splits=split.astype(np.int8)))
        c.execute(tables.counter.update().where(tables.counter.c.name == "image").values(next=rows + 1))
        labelled = np.flatnonzero(state == 2)
        of_class = dice.choice(CLASSES, len(labelled), p=_falling(CLASSES))
        names_of = (
            "id", "project_id", "image_id", "class_id", "author_kind", "author_name", "author_model_id",
            "accepted_from",
        )  # fmt: skip
        annotated = [
            (i + 1, project.id, int(n) + 1, kinds[k], 0, "benchmark", None, None)
            for i, (n, k) in enumerate(zip(labelled, of_class, strict=True))
        ]
        dialect.insert_rows(c, tables.annotation, names_of, annotated)
        taken = {"next": len(labelled) + 1}
        c.execute(tables.counter.update().where(tables.counter.c.name == "annotation").values(taken))
        columns = ProposalColumns(
            image_ids=np.arange(1, rows + 1),
            class_ids=np.array(kinds)[dice.choice(CLASSES, rows, p=_falling(CLASSES))],
            confidences=dice.beta(4, 1, rows).astype(np.float32),
        )
        proposals.replace(c, project.id, ModelId(1), columns, author=ME)
        dialect.refresh_statistics(c)
    return project.id, kinds


_FILE_COLUMNS = (
    "image_id", "project_id", "content_hash", "path", "width_px", "height_px", "file_bytes",
    "file_modified_ns",
)  # fmt: skip


def _file_row(n: int, project_id: int, folder: int) -> tuple[int | str, ...]:
    content_hash, path = hashlib.sha256(b"%d" % n).hexdigest(), f"/photos/set {folder}/image {n:07d}.jpg"
    return (n + 1, project_id, content_hash, path, 640, 480, 54_321, 1_700_000_000_000_000_000 + n)


def _falling(count: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    weights = 1 / np.arange(1, count + 1)
    return np.asarray(weights / weights.sum())


def filters(kinds: list[ClassId]) -> dict[str, ImageFilter]:
    """Every filter alone, and combinations of common and rare."""
    common, rare = kinds[0], kinds[-1]
    return {
        "none": ImageFilter(),
        "state proposed": ImageFilter(state=ImageState.PROPOSED),
        "state unclear (1 in 2,500)": ImageFilter(state=ImageState.UNCLEAR),
        "split test": ImageFilter(split=Split.TEST),
        "folder, largest": ImageFilter(folder="set 0"),
        "folder, smallest": ImageFilter(folder=f"set {FOLDERS - 1}"),
        "class, commonest": ImageFilter(class_id=common),
        "class, rarest": ImageFilter(class_id=rare),
        "proposed class": ImageFilter(proposed_class_id=common),
        "confidence 0.4 to 0.6": ImageFilter(min_confidence=0.4, max_confidence=0.6),
        "confidence >= 0.9995": ImageFilter(min_confidence=0.9995),
        "model": ImageFilter(model_id=ModelId(1)),
        "state + split": ImageFilter(state=ImageState.SKIPPED, split=Split.TEST),
        "state + folder": ImageFilter(state=ImageState.LABELLED, folder="set 50"),
        "state + split + folder": ImageFilter(state=ImageState.UNCLEAR, split=Split.TEST, folder="set 0"),
        "class + folder, both large": ImageFilter(class_id=common, folder="set 0"),
        "class + folder, both small": ImageFilter(class_id=rare, folder=f"set {FOLDERS - 1}"),
        "class + other class proposed": ImageFilter(class_id=common, proposed_class_id=rare),
        "class + split + confidence": ImageFilter(class_id=common, split=Split.TEST, max_confidence=0.3),
        "proposed + confidence + state": ImageFilter(
            proposed_class_id=common, min_confidence=0.95, state=ImageState.PROPOSED
        ),
        "proposed + confidence + folder": ImageFilter(
            proposed_class_id=rare, min_confidence=0.99, folder="set 0"
        ),
        "text in path, frequent": ImageFilter(path_contains="77"),
        "text in path, rare": ImageFilter(path_contains="image 0999999"),
        "text in path + state + class": ImageFilter(
            path_contains="12", state=ImageState.LABELLED, class_id=common
        ),
    }


def measure_pages(
    workspace: Workspace, project_id: ProjectId, rows: int, wanted: ImageFilter
) -> tuple[list[float], list[float], int, int]:
    """Milliseconds per page of 100 from random places, by the clock and of this process's CPU.

    Then: images shown, and pages cut short before the end.
    """
    dice = np.random.default_rng(1)
    taken, busy, shown, short = [], [], 0, 0
    for place in range(2 * CURSORS):
        after = ImageId(int(dice.integers(0, rows)))
        started, worked = time.perf_counter(), time.process_time()
        with workspace.database.reading() as c:
            page = images.page(c, project_id, wanted, after, 100)
        if place < CURSORS:
            continue  # The first pages warm the database's cache, as a user's first pages do.
        taken.append((time.perf_counter() - started) * 1000)
        busy.append((time.process_time() - worked) * 1000)
        shown += len(page.images)
        short += len(page.images) < 100 and page.next_after is not None
    return taken, busy, shown, short


def bulk_operations(
    workspace: Workspace, project_id: ProjectId, kinds: list[ClassId], *, anywhere: bool
) -> Iterator[tuple[float, float]]:
    """Milliseconds, by the clock and of this process's CPU, of each of seven operations.

    Four give a class to other 10,000 images (a third of which have one already), three more to the last of
    these sets. A second lies between them, as between gestures: the log of one is emptied meanwhile.

    anywhere: the images lie all over the project; else they were added one after the other.
    """
    with workspace.database.reading() as c:
        ids = images.columns(c, project_id).image_ids
    if anywhere:
        ids = np.random.default_rng(2).permutation(ids)
    sets = ids[: 4 * BULK_IMAGES].reshape(4, -1)
    for n in range(7):
        some = [ImageId(number) for number in np.sort(sets[min(n, 3)]).tolist()]
        time.sleep(1)
        started, worked = time.perf_counter(), time.process_time()
        with workspace.database.writing() as c:
            labelling.set_class(
                c, project_id, some, kinds[n % 3], author=ME, cause=Cause.LASSO, summary="lasso"
            )
        yield (time.perf_counter() - started) * 1000, (time.process_time() - worked) * 1000


def report(workspace: Workspace, rows: int, console: Console) -> None:
    started = time.perf_counter()
    project_id, kinds = load(workspace, rows)
    seconds = time.perf_counter() - started
    engine = "SQLite" if workspace.database.is_embedded else "PostgreSQL"
    console.print(f"{engine}: {rows:,} images, labels and proposals loaded in {seconds:.0f} s")
    table = Table(title=f"A page of 100 images among {rows:,}, {engine}: {CURSORS} random places each")
    for heading in (
        "filter",
        "median ms",
        "p95 ms",
        "p95 CPU ms",
        "shown per page",
        "pages cut short",
        "< 50 ms",
    ):
        table.add_column(heading, justify="left" if heading == "filter" else "right")
    everything: list[float] = []
    for name, wanted in filters(kinds).items():
        taken, busy, shown, short = measure_pages(workspace, project_id, rows, wanted)
        everything += taken
        cpu = f"{np.percentile(busy, 95):.1f}"
        table.add_row(name, *_summary(taken, PAGE_BUDGET_MS, cpu, f"{shown / CURSORS:.1f}", str(short)))
    table.add_row("all together", *_summary(everything, PAGE_BUDGET_MS, "", "", ""))
    console.print(table)
    console.print(
        "A page cut short has looked at 4,500 images of the filter's rarest part and says where to go on."
    )
    second = Table(title=f"One operation on {BULK_IMAGES:,} images with its journal, committed, {engine}")
    for heading in ("what", "median ms", "worst ms", "median CPU ms", "< 300 ms"):
        second.add_column(heading, justify="left" if heading == "what" else "right")
    measures = []
    for where, anywhere in (("added together", False), ("from all over", True)):
        bulk = list(bulk_operations(workspace, project_id, kinds, anywhere=anywhere))
        measures += [(f"a class, images {where}", bulk[:4]), (f"another class, images {where}", bulk[4:])]
    for what, measured in measures:
        times, busy_ms = [clock for clock, _ in measured], [busy for _, busy in measured]
        held = "yes" if np.median(times) < BULK_BUDGET_MS else "NO"
        second.add_row(
            what, f"{np.median(times):.0f}", f"{max(times):.0f}", f"{np.median(busy_ms):.0f}", held
        )
    console.print(second)


def _summary(taken: list[float], budget: float, *between: str) -> tuple[str, ...]:
    p95 = float(np.percentile(taken, 95))
    return (f"{np.median(taken):.1f}", f"{p95:.1f}", *between, "yes" if p95 < budget else "NO")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000, help="images (default 1,000,000)")
    parser.add_argument("--url", default=None, help="an empty PostgreSQL database; default SQLite")
    parser.add_argument("--folder", type=Path, default=None, help="where to work; default a temporary folder")
    chosen = parser.parse_args()
    folder = chosen.folder or Path(tempfile.mkdtemp(prefix="labelgraft-"))
    cleaning: Callable[[], None] = lambda: None if chosen.folder else shutil.rmtree(folder)  # noqa: E731
    try:
        with Workspace.open(folder, create=True, database_url=chosen.url) as workspace:
            report(workspace, chosen.rows, Console(width=110))
    finally:
        cleaning()


if __name__ == "__main__":
    main()
