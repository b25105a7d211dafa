"""The web application's files, and the page that says how to build them."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from tests.server.served import ORIGIN, Served

from labelgraft.server import static


@pytest.fixture
def built(served: Served, tmp_path: Path) -> TestClient:
    """A browser without a session, and a build of a page, a script and its compressed twins."""
    folder = tmp_path / "web"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text(
        '<!doctype html><script type="module" src="/assets/index-1a.js"></script>'
    )
    (folder / "assets" / "index-1a.js").write_text("console.log(1)" * 100)
    (folder / "assets" / "index-1a.js.gz").write_bytes(b"gzipped")
    (folder / "assets" / "index-1a.js.br").write_bytes(b"smaller")
    (folder / "favicon.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    (tmp_path / "secret.txt").write_text("a secret beside the build")
    app = served.client.app
    static.install(app, static.Web(folder))  # type: ignore[arg-type]
    return TestClient(app, base_url=ORIGIN)


@pytest.mark.parametrize("path", ["/", "/projects/1/gallery", "/projects/1/map", "/settings"])
def test_every_address_of_the_application_gives_its_page(built: TestClient, path: str) -> None:
    answer = built.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "/assets/index-1a.js" in answer.text
    assert answer.headers["cache-control"] == "no-store"


def test_files_named_by_their_content_are_kept_for_ever_and_others_asked_for_again(built: TestClient) -> None:
    script = built.get("/assets/index-1a.js", headers={"Accept-Encoding": "identity"})
    assert script.headers["content-type"].startswith("text/javascript")
    assert script.headers["cache-control"] == "public, max-age=31536000, immutable"
    icon = built.get("/favicon.svg")
    assert (icon.headers["content-type"], icon.headers["cache-control"]) == ("image/svg+xml", "no-cache")


@pytest.mark.parametrize(
    ("accepted", "encoding"), [("gzip, deflate, br", "br"), ("gzip", "gzip"), ("identity", None)]
)
def test_the_smallest_form_that_the_browser_takes_is_sent(
    built: TestClient, accepted: str, encoding: str | None
) -> None:
    with built.stream("GET", "/assets/index-1a.js", headers={"Accept-Encoding": accepted}) as answer:
        assert answer.headers.get("content-encoding") == encoding
        assert answer.headers["vary"] == "Accept-Encoding"
        sent = b"".join(answer.iter_raw())
    assert sent == {"br": b"smaller", "gzip": b"gzipped"}.get(encoding or "", b"console.log(1)" * 100)


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/assets/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/assets/..%2f..%2fsecret.txt",
        "/no.js",
    ],
)
def test_nothing_but_files_of_the_build_is_sent(built: TestClient, path: str) -> None:
    answer = built.get(path)
    assert answer.status_code == 404
    assert "a secret" not in answer.text


def test_an_unknown_route_is_an_error_in_json_and_no_page(built: TestClient, served: Served) -> None:
    answer = served.client.get("/api/v1/no-such-thing")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not-found")
    assert built.post("/projects/1").status_code == 404


def test_a_copy_that_was_not_built_says_how_to_build_it(served: Served, tmp_path: Path) -> None:
    app = served.client.app
    static.install(app, static.Web(tmp_path / "nothing"))  # type: ignore[arg-type]
    answer = TestClient(app, base_url=ORIGIN).get("/")
    assert answer.status_code == 503
    assert "make web" in answer.text
