"""Nothing is read out of the roots, whichever way a path or a link leads there."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.services.import_bench import Bench

from labelgraft.errors import BadInput, UnknownPlace
from labelgraft.services import import_images
from labelgraft.services.below_roots import Roots, outward_links, place
from labelgraft.services.read_source import ImportRequest, Source, read_source
from labelgraft.services.scan_files import LEADS_OUT

Draw = Callable[[Path, int], Path]


@pytest.fixture
def root(tmp_path: Path, picture: Draw) -> Path:
    """A root with a picture, and a secret one beside it."""
    picture(tmp_path / "root" / "pets" / "cat.png", 1)
    picture(tmp_path / "secret" / "me.png", 2)
    (tmp_path / "secret" / "labels.csv").write_text("path,label\nme.png,hidden\n")
    return tmp_path / "root"


def test_what_lies_below_a_root_is_found_also_through_links_that_stay_inside(
    root: Path, tmp_path: Path
) -> None:
    (root / "again").symlink_to(root / "pets")
    (tmp_path / "linked root").symlink_to(root)
    assert place(str(root), [root]) == root
    assert place(f"{root}/pets/cat.png", [root]) == root / "pets" / "cat.png"
    assert place(f"{root}/again", [root]) == root / "again"
    assert place(f"{tmp_path}/linked root/pets", [root]) == tmp_path / "linked root" / "pets"
    assert place(f"{root}/pets", [tmp_path / "linked root"]) == root / "pets"


@pytest.mark.parametrize(
    "text",
    [
        "{root}/../secret", "{root}/pets/../../secret", "{root}/./pets", "{root}/nothing", "{root}-beside", "{secret}",
        "/", "/etc", "/proc", "/proc/self/cwd", "/proc/self/root{root}/pets", "", ".", "pets", "../secret", "~",
        "{root}/%2e%2e/secret", "{root}/%252e%252e/secret", "{root}/..%2fsecret", "{root}/..\\secret", "..\\..\\secret",
        "{root}\\pets", "//{root}/pets", "\\\\server\\share", "//server/share", "C:\\Windows", "file://{root}/pets",
        "{root}/pets\0", "{root}/out", "{root}/out/me.png", "{root}/me.png", "{root}/" + "x" * 5000,
    ],
)  # fmt: skip
def test_every_other_way_ends_in_the_same_refusal(text: str, root: Path, tmp_path: Path) -> None:
    (root / "out").symlink_to(tmp_path / "secret")
    (root / "me.png").symlink_to(tmp_path / "secret" / "me.png")
    (tmp_path / "root-beside").mkdir()
    asked = text.format(root=root, secret=tmp_path / "secret")
    with pytest.raises(UnknownPlace) as raised:
        place(asked, [root])
    assert str(raised.value) == str(UnknownPlace(asked))


def test_a_pipe_is_no_place(root: Path) -> None:
    os.mkfifo(root / "labels.csv")
    with pytest.raises(UnknownPlace):
        place(str(root / "labels.csv"), [root])


def test_with_the_whole_disk_as_root_the_systems_own_files_are_still_none() -> None:
    assert place(os.sep, ["/"]) == Path("/")
    for text in ("/proc/self/environ", "/sys", "/dev/zero"):
        with pytest.raises(UnknownPlace):
            place(text, ["/"])


def test_links_that_lead_out_are_found_and_circles_end(root: Path, tmp_path: Path) -> None:
    (root / "pets" / "up").symlink_to(root)
    (root / "pets" / "out").symlink_to(tmp_path / "secret")
    (root / "pets" / "labels.csv").symlink_to(tmp_path / "secret" / "labels.csv")
    (root / "gone").symlink_to(tmp_path / "nowhere")
    found = {os.path.relpath(link, root) for link in outward_links(root, Roots([root]))}
    assert found == {"pets/out", "pets/labels.csv", "gone"}


def read(bench: Bench, root: Path, source: Path, format_name: str | None = None) -> Source:
    request = ImportRequest(bench.project_id, source, format_name, True, "key", (str(root),))
    return read_source(request, bench.workspace.uploads_folder)


def test_an_import_neither_opens_nor_lists_what_links_lead_to(
    bench: Bench, root: Path, tmp_path: Path
) -> None:
    (root / "pets" / "me.png").symlink_to(tmp_path / "secret" / "me.png")
    (root / "pets" / "out").symlink_to(tmp_path / "secret")
    found = read(bench, root, root / "pets")
    assert found.format_name == "folder"
    assert [path for path, _ in found.files] == [str(root / "pets" / "cat.png")]
    assert {(Path(each.path).name, each.reason) for each in found.refused} == {
        ("me.png", LEADS_OUT), ("out", LEADS_OUT),
    }  # fmt: skip


def test_a_list_of_labels_that_is_a_link_is_not_read(bench: Bench, root: Path, tmp_path: Path) -> None:
    (root / "pets" / "labels.csv").symlink_to(tmp_path / "secret" / "labels.csv")
    assert read(bench, root, root / "pets").format_name == "folder"
    with pytest.raises(BadInput, match="is a link to a place that may not be read"):
        read(bench, root, root / "pets", "csv")
    with pytest.raises(UnknownPlace):
        read(bench, root, root / "pets" / "labels.csv")


def test_a_list_of_labels_that_names_files_elsewhere_gets_none_of_them(
    bench: Bench, root: Path, tmp_path: Path
) -> None:
    rows = [f"{tmp_path}/secret/me.png,a", "../../secret/me.png,b", "/no/such.png,c", "cat.png,d"]
    (root / "pets" / "labels.csv").write_text("path,label\n" + "\n".join(rows) + "\n")
    found = read(bench, root, root / "pets")
    assert [path for path, _ in found.files] == [str(root / "pets" / "cat.png")]
    assert [each.reason for each in found.refused] == [LEADS_OUT] * 3


def test_a_file_that_becomes_a_link_after_it_was_listed_is_not_opened(
    bench: Bench, root: Path, tmp_path: Path
) -> None:
    request = ImportRequest(bench.project_id, root / "pets", None, True, "key", (str(root),))
    _, shard = import_images.plan(bench.workspace, request, 1)
    (root / "pets" / "cat.png").unlink()
    (root / "pets" / "cat.png").symlink_to(tmp_path / "secret" / "me.png")
    told = bench.take_in(shard["files"], within=[str(root)])
    assert told["added"] == 0
    assert told["refused"] == [[str(root / "pets" / "cat.png"), LEADS_OUT]]
