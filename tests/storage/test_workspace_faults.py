"""What goes wrong outside the program: kills, lost files, damaged pages, full disks, a second process."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from labelgraft.domain.annotation import Author, AuthorKind
from labelgraft.domain.ids import ContentHash, OperationId
from labelgraft.domain.image import NewImage
from labelgraft.domain.operation import Cause
from labelgraft.domain.project import Task
from labelgraft.errors import (
    WorkspaceDamaged,
    WorkspaceLocked,
    WorkspaceMissing,
    WorkspaceUnwritable,
)
from labelgraft.storage import annotations as truth
from labelgraft.storage import backup, classes, images, journal, labelling, operations, projects
from labelgraft.storage.workspace import Workspace, restore

ANNA = Author(AuthorKind.PERSON, "anna")
KILLS = 200

STORM = """
import os, random, sys
from pathlib import Path
from labelgraft.domain.annotation import Author, AuthorKind
from labelgraft.domain.image import ImageState
from labelgraft.domain.operation import Cause
from labelgraft.storage import classes, images, labelling, projects
from labelgraft.storage.workspace import Workspace


def storm(root, seed):
    dice = random.Random(seed)
    anna = Author(AuthorKind.PERSON, "anna")
    workspace = Workspace.open(Path(root), address="the storm")
    with workspace.database.reading() as c:
        project = projects.by_name(c, "storm")
        kinds = [k.id for k in classes.of_project(c, project.id)]
        ids = [i.id for i in images.page(c, project.id, limit=1000).images]
    last = None
    print("ready", flush=True)
    while True:
        some = dice.sample(ids, dice.choice([1, 1, 1, 5, 60]))
        with workspace.database.writing() as c:
            what = dice.random()
            if what < 0.7 or last is None:
                done = labelling.set_class(
                    c, project.id, some, dice.choice(kinds), author=anna, cause=Cause.HAND, summary="storm"
                )
            elif what < 0.85:
                done = labelling.set_state(
                    c, project.id, some, ImageState.SKIPPED, author=anna, summary="storm"
                )
            else:
                done = labelling.revert(c, last, author=anna).operation
        if done is not None:
            last = done.id
            print(done.id, flush=True)


# Everything is imported once; each storm is a process of its own that opens the workspace itself.
for line in sys.stdin:
    pid = os.fork()
    if pid == 0:
        storm(sys.argv[1], int(line))
    print("pid", pid, flush=True)
    os.waitpid(pid, 0)
    print("gone", flush=True)
"""


class Storms:
    """Processes that label without pause, one after the other, and say the number of each operation done."""

    def __init__(self, root: Path) -> None:
        self._nursery = subprocess.Popen(
            [sys.executable, "-c", STORM, str(root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.pid = 0

    def __enter__(self) -> Storms:
        return self

    def __exit__(self, *_: object) -> None:
        if self.pid:
            self.kill()
        self._nursery.communicate()

    def start(self, seed: int) -> None:
        """Let another storm begin; returns when it is a process."""
        assert self._nursery.stdin is not None
        self._nursery.stdin.write(f"{seed}\n")
        self._nursery.stdin.flush()
        self.said: list[str] = []
        while not self.pid:
            line = self._line()
            if line.startswith("pid"):
                self.pid = int(line.split()[1])
            else:
                self.said.append(line)

    def wait_for(self, count: int) -> None:
        """Wait until that many lines were said: "ready", then one for each operation."""
        while len(self.said) < count:
            line = self._line()
            assert line != "gone", "the storm ended by itself; its reason is on standard error"
            self.said.append(line)

    def kill(self) -> list[str]:
        """Kill the storm; gives everything that it said."""
        os.kill(self.pid, signal.SIGKILL)
        self.pid = 0
        # The storm may have died between a number and the end of its line.
        while not (line := self._line()).endswith("gone"):
            self.said.append(line)
        return self.said

    def _line(self) -> str:
        assert self._nursery.stdout is not None
        line = self._nursery.stdout.readline()
        assert line, "the nursery of storms has ended"
        return line.strip()


def make_workspace(root: Path, *, images_count: int = 100) -> None:
    with Workspace.open(root, create=True) as workspace, workspace.database.writing() as c:
        project = projects.create(
            c, name="storm", task=Task.CLASSIFICATION, multi_label=False, backbone="none"
        )
        classes.ensure(c, project.id, ["cat", "dog", "bird"])
        new = [
            NewImage(ContentHash(f"{n:064x}"), f"/photos/{n}.jpg", "", 1, 1, 1, n)
            for n in range(images_count)
        ]
        images.add(c, project.id, new)


def label_all(workspace: Workspace, name: str) -> OperationId:
    with workspace.database.writing() as c:
        project = projects.by_name(c, "storm")
        ids = [i.id for i in images.page(c, project.id, limit=1000).images]
        k = classes.by_name(c, project.id, name).id
        done = labelling.set_class(c, project.id, ids, k, author=ANNA, cause=Cause.HAND, summary=name)
    return done.id


def labelled(workspace: Workspace) -> int:
    with workspace.database.reading() as c:
        project = projects.by_name(c, "storm")
        return sum(truth.counts(c, project.id).values())


@pytest.fixture
def in_memory(tmp_path: Path) -> Iterator[Path]:
    """A folder that no disk is waited for: what a killed process wrote is kept by the system, not by the disk."""
    if not Path("/dev/shm").is_dir():
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        yield Path(folder)


@pytest.mark.timeout(900)  # two hundred processes on a machine that others use too
def test_every_acknowledged_operation_survives_two_hundred_kills_at_random_moments(in_memory: Path) -> None:
    root = in_memory / "workspace"
    make_workspace(root)
    dice = random.Random(1)
    acknowledged: set[int] = set()
    slowest, kills, in_storm = 0.0, 0, 0
    with Storms(root) as storms:
        while in_storm < KILLS:
            storms.start(seed=kills)
            # Every eighth dies while it opens the workspace, the others while they label.
            if kills % 8:
                storms.wait_for(dice.randint(1, 5))
            time.sleep(dice.uniform(0, 0.02))
            said = storms.kill()
            kills += 1
            in_storm += "ready" in said
            acknowledged.update(int(line) for line in said if line.isdigit())
            if kills % 10 == 0:
                started = time.process_time()  # not by the clock: others may be at work
                with Workspace.open(root) as workspace:
                    slowest = max(slowest, time.process_time() - started)
                    check_all(workspace, acknowledged)
    assert len(acknowledged) > KILLS
    assert slowest < 3


def check_all(workspace: Workspace, acknowledged: set[int]) -> None:
    """Acknowledged operations are there; tables are what the journal says; the file is sound."""
    with workspace.database.reading() as c:
        project = projects.by_name(c, "storm")
        kept = operations.of_ids(c, [OperationId(number) for number in acknowledged])
        assert {operation.id for operation in kept} == acknowledged
        ids = [i.id for i in images.page(c, project.id, limit=1000).images]
        current = {a.id: a for one in truth.of_images(c, ids).values() for a in one}
        last = operations.page(c, project.id, limit=1)[0]
        for change in journal.read(c, last.id).annotations:
            assert current.get(change.annotation_id) == change.after
    assert workspace.database.quick_check() == "ok"


def test_a_second_process_is_refused_with_the_pid_and_address_of_the_first(tmp_path: Path) -> None:
    make_workspace(tmp_path / "w")
    with Storms(tmp_path / "w") as storms:
        storms.start(seed=1)
        storms.wait_for(1)
        with pytest.raises(WorkspaceLocked, match="the storm") as refused:
            Workspace.open(tmp_path / "w")
        assert refused.value.pid == storms.pid
        assert refused.value.address == "the storm"
    Workspace.open(tmp_path / "w").close()


def test_the_lock_says_since_when_it_is_held(tmp_path: Path) -> None:
    with Workspace.open(tmp_path / "w", create=True, address="http://127.0.0.1:8000"):
        told = json.loads((tmp_path / "w" / "labelgraft.lock").read_text())
    assert told.keys() == {"pid", "address", "started"}
    assert (told["pid"], told["address"]) == (os.getpid(), "http://127.0.0.1:8000")


def test_a_folder_without_a_workspace_is_not_made_into_one_unasked(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceMissing):
        Workspace.open(tmp_path / "nothing")
    with pytest.raises(WorkspaceMissing):
        Workspace.open(tmp_path)


def kill_after_labelling(root: Path) -> None:
    """Leave a workspace as a killed process leaves it, with changes in the log only."""
    with Storms(root) as storms:
        storms.start(seed=3)
        storms.wait_for(5)


def test_a_lost_log_is_noticed_and_nothing_is_opened_as_if_it_were_whole(tmp_path: Path) -> None:
    root = tmp_path / "w"
    make_workspace(root)
    kill_after_labelling(root)
    (root / "labelgraft.sqlite-wal").unlink()
    for _ in range(2):
        with pytest.raises(WorkspaceDamaged, match=r"-wal is missing.*backup-000001"):
            Workspace.open(root)
    with Workspace.open(root, accept_missing_log=True) as workspace:
        assert labelled(workspace) == 0
    Workspace.open(root).close()


def test_a_copy_of_the_database_without_its_log_is_noticed(tmp_path: Path) -> None:
    make_workspace(tmp_path / "w")
    kill_after_labelling(tmp_path / "w")
    (tmp_path / "copy").mkdir()
    shutil.copy(tmp_path / "w" / "labelgraft.sqlite", tmp_path / "copy")
    with pytest.raises(WorkspaceDamaged, match="-wal is missing"):
        Workspace.open(tmp_path / "copy")


@pytest.mark.parametrize("create", [False, True])
@pytest.mark.parametrize("damage", ["emptied", "zeroed", "deleted", "no database"])
def test_a_damaged_database_is_never_opened_as_an_empty_one(
    tmp_path: Path, damage: str, create: bool
) -> None:
    root = tmp_path / "w"
    make_workspace(root)
    Workspace.open(root).close()
    file = root / "labelgraft.sqlite"
    if damage == "deleted":
        file.unlink()
    else:
        size = file.stat().st_size
        file.write_bytes({"emptied": b"", "zeroed": bytes(size), "no database": b"x" * size}[damage])
    with pytest.raises(WorkspaceDamaged, match="backup-000001"):
        Workspace.open(root, create=create)


def test_flipped_bits_in_the_pages_are_found_and_the_newest_backup_brings_the_labels_back(
    tmp_path: Path,
) -> None:
    root = tmp_path / "w"
    make_workspace(root)
    with Workspace.open(root) as workspace:
        label_all(workspace, "cat")
        backup.make(workspace.database, root)
    file = root / "labelgraft.sqlite"
    whole = file.read_bytes()
    pages = len(whole) // 4096
    found = 0
    for page in range(1, pages):
        broken = bytearray(whole)
        # The header of a page says what it is and where its cells lie.
        for at in range(page * 4096, page * 4096 + 8):
            broken[at] ^= 0xFF
        file.write_bytes(broken)
        with pytest.raises(WorkspaceDamaged, match="backup-"):
            Workspace.open(root)
        found += 1
        for ending in ("-wal", "-shm"):
            file.with_name(f"{file.name}{ending}").unlink(missing_ok=True)
    assert found == pages - 1
    used = restore(root)
    with Workspace.open(root) as workspace:
        assert labelled(workspace) == 100
    assert used == backup.listed(root)[-1]
    (aside,) = root.glob("replaced-*")
    assert (aside / "labelgraft.sqlite").exists()


def test_a_path_that_is_a_file_is_refused_with_one_sentence_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("hello")
    for create in (False, True):
        with pytest.raises(WorkspaceUnwritable, match=f"^{tmp_path}/file: this is a file") as refused:
            Workspace.open(tmp_path / "file", create=create)
        assert str(refused.value).count(".") == 1


OPEN_READ_ONLY = """
import os, sys
from pathlib import Path
from labelgraft.errors import WorkspaceUnwritable
from labelgraft.storage.workspace import Workspace
if os.getuid() == 0:
    os.setgid(65534), os.setuid(65534)
try:
    Workspace.open(Path(sys.argv[1]), create=True)
except WorkspaceUnwritable as error:
    print(error)
"""


@pytest.mark.parametrize("there", [True, False], ids=["a workspace", "an empty folder"])
def test_a_folder_that_cannot_be_written_is_refused_with_its_path(tmp_path: Path, there: bool) -> None:
    root = tmp_path / "w"
    root.mkdir()
    if there:
        make_workspace(root)
    for folder in (root, tmp_path, *tmp_path.parents):
        if (
            os.access(folder, os.W_OK)
            and folder.stat().st_uid == os.getuid()
            and folder.is_relative_to("/tmp")
        ):
            folder.chmod(folder.stat().st_mode | 0o055)
    root.chmod(0o555)
    try:
        told = subprocess.run(
            [sys.executable, "-c", OPEN_READ_ONLY, str(root)], capture_output=True, text=True, check=False
        )
    finally:
        root.chmod(0o755)
    assert told.stderr == ""
    assert str(root) in told.stdout


FILL_THE_DISK = """
import resource, sys
from pathlib import Path
from labelgraft.errors import WorkspaceUnwritable
from labelgraft.storage.workspace import Workspace
sys.path.insert(0, sys.argv[2])
from storms import label_all, labelled

workspace = Workspace.open(Path(sys.argv[1]))
label_all(workspace, "cat")
before = labelled(workspace)
largest = max(p.stat().st_size for p in Path(sys.argv[1]).glob("labelgraft.sqlite*"))
resource.setrlimit(resource.RLIMIT_FSIZE, (largest + 5000, resource.RLIM_INFINITY))
saved = refused = 0
for name in ["dog", "cat"] * 5:
    try:
        label_all(workspace, name)
        saved += 1
    except WorkspaceUnwritable as error:
        refused += 1
        last = str(error)
assert refused, "the limit was never reached"
assert labelled(workspace) == before == 100
assert "Make room" in last and sys.argv[1] in last, last
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
label_all(workspace, "bird")
assert workspace.database.quick_check() == "ok"
workspace.close()
print("survived")
"""


def test_a_full_disk_refuses_the_save_keeps_the_rest_and_the_next_try_works(tmp_path: Path) -> None:
    make_workspace(tmp_path / "w")
    # The child uses the two helpers of this file under a name it can import.
    shutil.copy(__file__, tmp_path / "storms.py")
    done = subprocess.run(
        [sys.executable, "-c", FILL_THE_DISK, str(tmp_path / "w"), str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.endswith("survived\n"), done.stderr
    with Workspace.open(tmp_path / "w") as workspace, workspace.database.reading() as c:
        project = projects.by_name(c, "storm")
        assert truth.counts(c, project.id) == {classes.by_name(c, project.id, "bird").id: 100}


def test_only_one_connection_can_write_or_checkpoint_however_many_read(tmp_path: Path) -> None:
    root = tmp_path / "w"
    make_workspace(root)
    with Workspace.open(root) as workspace:
        readers = [workspace.database.reading() for _ in range(6)]
        opened = [reader.__enter__() for reader in readers]
        label_all(workspace, "cat")
        file = str(root / "labelgraft.sqlite")
        assert _handles_open_for_writing(file) == 1
        for c in opened:
            assert c.exec_driver_sql("PRAGMA query_only").scalar() == 1
            assert c.exec_driver_sql("PRAGMA wal_autocheckpoint").scalar() == 0
            assert c.exec_driver_sql("PRAGMA mmap_size").scalar() == 0
        with workspace.database.writing() as c:
            assert c.exec_driver_sql("PRAGMA synchronous").scalar() == 2
            assert c.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
            assert c.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        for reader in readers:
            reader.__exit__(None, None, None)


def _handles_open_for_writing(file: str) -> int:
    """Of this process on the database file itself: a checkpoint needs one that may write it."""
    count = 0
    for handle in Path("/proc/self/fd").iterdir():
        try:
            if str(handle.readlink()) != file:
                continue
            flags = (Path("/proc/self/fdinfo") / handle.name).read_text().split("flags:")[1].split()[0]
        except FileNotFoundError:
            continue
        count += int(flags, 8) & os.O_ACCMODE != os.O_RDONLY
    return count


def test_a_backup_is_made_hourly_while_in_use_and_five_are_kept(tmp_path: Path) -> None:
    root = tmp_path / "w"
    make_workspace(root)
    with Workspace.open(root) as workspace:
        label_all(workspace, "cat")
        assert backup.make_if_due(workspace.database, root) is None
        for _ in range(7):
            hour_ago = time.time() - 3601
            os.utime(backup.listed(root)[-1], (hour_ago, hour_ago))
            assert backup.make_if_due(workspace.database, root) is not None
        kept = backup.listed(root)
    assert [path.name[:13] for path in kept] == [f"backup-{n:06d}" for n in range(4, 9)]
    copy = sqlite3.connect(kept[-1])
    assert copy.execute("SELECT count(*) FROM annotation").fetchone() == (100,)
    copy.close()


def test_a_clock_set_back_still_gives_a_backup_and_keeps_the_order(tmp_path: Path) -> None:
    root = tmp_path / "w"
    make_workspace(root)
    with Workspace.open(root) as workspace:
        newest = backup.listed(root)[-1]
        later = time.time() + 7200
        os.utime(newest, (later, later))
        made = backup.make_if_due(workspace.database, root)
    assert made is not None
    assert backup.listed(root)[-1] == made


def test_files_that_a_kill_left_half_written_are_swept_at_open(tmp_path: Path) -> None:
    root = tmp_path / "w"
    make_workspace(root)
    torn = [root / "maps" / "a.npy.0.part", root / "maps" / "stray.npy", root / "thumbnails" / "b.pack"]
    for path in torn:
        path.write_bytes(b"half")
    Workspace.open(root).close()
    assert not any(path.exists() for path in torn)
