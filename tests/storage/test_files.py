"""What a killed process leaves half-written."""

from __future__ import annotations

from pathlib import Path

from labelgraft.storage.files import TORN, sweep_torn


def test_torn_files_and_torn_folders_are_swept_and_whole_ones_stay(tmp_path: Path) -> None:
    torn_folder = tmp_path / "runs" / "1" / f"last-000002{TORN}"
    torn_folder.mkdir(parents=True)
    (torn_folder / f"head{TORN}").write_bytes(b"half")
    (tmp_path / f"shard{TORN}").write_bytes(b"half")
    (tmp_path / "shard.npy").write_bytes(b"whole")
    assert sweep_torn(tmp_path) == 2
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["1", "runs", "shard.npy"]


def test_folders_whose_names_others_choose_are_left_alone(tmp_path: Path) -> None:
    for name in ("ours", "theirs"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.part").write_bytes(b"")
    assert sweep_torn(tmp_path, leave=[tmp_path / "theirs"]) == 1
    assert (tmp_path / "theirs" / "a.part").exists()
