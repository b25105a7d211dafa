"""Places over HTTP: only what lies below the roots, and the same 404 for everything else."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from tests.server.served import Served


@pytest.fixture
def root(served: Served, served_pictures: Path, tmp_path: Path) -> Path:
    """The server's root with photos in two folders, and a link out of it."""
    shutil.rmtree(tmp_path / "secret", ignore_errors=True)
    for number, picture in enumerate(sorted(served_pictures.iterdir())[:5]):
        folder = tmp_path / "photos" / ("deep/er" if number < 2 else "")
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(picture, folder)
    (tmp_path / "photos" / "labels.csv").write_text("path,label\n")
    (tmp_path / "photos" / ".hidden").mkdir()
    (tmp_path / "photos" / "out").symlink_to("/usr")
    return tmp_path


def get(served: Served, path: str | None) -> tuple[int, Any]:
    answer = served.client.get("/api/v1/places", params={} if path is None else {"path": path})
    return answer.status_code, answer.json()


def test_roots_are_listed_and_below_them_folders_with_their_counts(served: Served, root: Path) -> None:
    status, roots = get(served, None)
    assert (status, roots["path"], roots["parent"]) == (200, None, None)
    assert [each["path"] for each in roots["folders"]] == [str(root)]
    _, top = get(served, str(root))
    counted = {each["name"]: each["images"] for each in top["folders"]}
    assert counted["photos"] == 5
    assert top["parent"] is None
    _, photos = get(served, str(root / "photos"))
    assert [each["name"] for each in photos["folders"]] == ["deep"]
    assert (photos["images"], photos["parent"]) == (3, str(root))
    assert photos["files"] == [str(root / "photos" / "labels.csv")]


ELSEWHERE = (
    "{root}/../", "{root}/photos/../../etc", "/etc", "/proc/self/root", "{root}/photos/out", "{root}/photos/out/bin",
    "{root}/photos/%2e%2e/%2e%2e", "{root}%252f..%252f..", "{root}\\..", "\\\\localhost\\share", "//{root}", "C:\\",
    "{root}/nothing", "photos", "{root}/photos/labels.csv", "file:///etc",
)  # fmt: skip


def test_everything_else_is_the_same_404(served: Served, root: Path) -> None:
    for asked in ELSEWHERE:
        status, body = get(served, asked.format(root=root))
        assert (asked, status, body["error"]["code"]) == (asked, 404, "unknown-place")
        assert body["error"]["message"].endswith("Choose one that it lists, or start it with --root FOLDER.")


def test_escapes_in_the_address_itself_lead_nowhere_either(served: Served, root: Path) -> None:
    for query in ("path=%2e%2e", "path=..%2f..%2fetc", "path=%252e%252e%252f", "path=/etc%00", "path="):
        assert served.client.get(f"/api/v1/places?{query}").status_code in (404, 422), query


def test_an_import_and_its_preview_stay_below_the_roots_too(served: Served, root: Path) -> None:
    for source in ("/etc", f"{root}/photos/out", f"{root}/../{root.name}", "/proc/self/cwd", ""):
        for route in ("imports", "imports/check"):
            answer = served.client.post(f"{served.path}/{route}", json={"source": source})
            assert answer.status_code == (404 if source else 422)
    assert served.bench.jobs()[0].kind == "import"  # that of the fixture: none was begun
    assert len(served.bench.jobs()) == 1


def test_a_link_out_of_the_root_is_listed_as_refused_and_not_followed(served: Served, root: Path) -> None:
    answer = served.client.post(f"{served.path}/imports/check", json={"source": str(root / "photos")})
    found = answer.json()
    assert (found["format_name"], found["images"], found["refused_count"]) == ("folder", 5, 1)
    assert found["refused"][0]["path"] == "out"
    assert "/usr" not in answer.text
