"""Who is let in, from where, and what every answer carries."""

from __future__ import annotations

import shutil
import socket
import stat
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from tests.server.running import Running, run_server
from tests.server.served import ORIGIN, Served

import labelgraft
from labelgraft.errors import BadSetting
from labelgraft.server import patience, start
from labelgraft.server.app import make_app
from labelgraft.server.options import ServerOptions
from labelgraft.server.sessions import Sessions
from labelgraft.workbench.front_door import Workbench

Live = tuple[Running, Workbench]


@pytest.fixture
def stranger(served: Served) -> Iterator[TestClient]:
    """A browser that has no session."""
    with TestClient(served.client.app, base_url=ORIGIN, raise_server_exceptions=False) as client:
        yield client


def api_routes(served: Served) -> list[tuple[str, str]]:
    """Every method and path below /api, from the schema."""
    paths = served.client.get("/api/v1/openapi.json").json()["paths"]
    return [(method.upper(), path) for path, methods in paths.items() for method in methods]


def filled(path: str) -> str:
    """A path with something in the place of its parameters."""
    return (
        path.replace("{content_hash}", "0" * 64).replace("{name}", "0" * 32).replace("{", "").replace("}", "")
    )


def test_without_a_session_every_route_but_health_says_so(served: Served, stranger: TestClient) -> None:
    routes = api_routes(served)
    assert len(routes) > 10
    for method, path in routes:
        answer = stranger.request(method, filled(path))
        expected = 200 if path == "/api/v1/health" else 401
        assert answer.status_code == expected, (method, path)
    assert stranger.get("/api/v1/openapi.json").status_code == 401


def test_the_start_token_opens_one_session_and_its_address_holds_no_secret(
    served_workspace: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(served_workspace, tmp_path / "w")
    options = ServerOptions()
    with labelgraft.open(folder) as bench:
        app = make_app(bench, options)
        first, second = (TestClient(app, base_url=ORIGIN, follow_redirects=False) for _ in range(2))
        answer = first.get("/start", params={"token": options.start_token, "to": "/projects/1/gallery"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/projects/1/gallery")
        cookie = answer.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie
        assert first.get("/api/v1/about").status_code == 200
        again = second.get("/start", params={"token": options.start_token})
        assert (again.status_code, again.json()["error"]["code"]) == (403, "used-token")
        assert "set-cookie" not in again.headers
        assert (
            first.get("/start", params={"token": options.start_token}).status_code == 303
        )  # a reload does no harm
        assert second.get("/start", params={"token": ""}).status_code == 403


@pytest.mark.parametrize(
    "to", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", ""]
)
def test_a_start_address_never_leads_to_another_site(served: Served, to: str) -> None:
    answer = served.client.get("/start", params={"token": "x", "to": to}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


def test_a_session_outlives_a_restart_of_the_server_and_only_digests_are_kept(tmp_path: Path) -> None:
    secret = Sessions(tmp_path, "token").open("token")
    assert secret is not None
    kept = tmp_path / "sessions.json"
    assert secret not in kept.read_text()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    again = Sessions(tmp_path, "another")
    assert again.knows(secret)
    assert not again.knows("guessed")
    assert not again.knows("")
    assert again.open("token") is None


def test_a_session_ends_after_a_month(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sessions = Sessions(tmp_path, "token")
    secret = sessions.open("token")
    assert secret is not None
    later = time.time() + 31 * 24 * 3600
    monkeypatch.setattr(time, "time", lambda: later)
    assert not sessions.knows(secret)
    assert not Sessions(tmp_path, "token").knows(secret)


def test_programs_send_the_token_that_a_file_of_the_workspace_holds(
    tmp_path: Path, stranger: TestClient, served: Served
) -> None:
    with start.token_file(tmp_path, served.options.program_token):
        file = tmp_path / "server.token"
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        token = file.read_text()
    assert not file.exists()
    assert stranger.get("/api/v1/about", headers={"Authorization": f"Bearer {token}"}).status_code == 200
    for wrong in ("Bearer guessed", f"Basic {token}", "Bearer", ""):
        assert stranger.get("/api/v1/about", headers={"Authorization": wrong}).status_code == 401


def test_a_new_start_address_opens_one_more_session(served: Served, stranger: TestClient) -> None:
    link = served.client.post("/api/v1/start-links").json()["url"]
    assert stranger.get(link, follow_redirects=False).status_code == 303
    assert stranger.get("/api/v1/about").status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "127.0.0.1@evil.example", "", "2130706433", "[::2]"]
)
def test_another_host_name_is_refused_even_with_a_session(served: Served, host: str) -> None:
    for path in ("/", "/api/v1/health", "/api/v1/projects"):
        answer = served.client.get(path, headers={"Host": host})
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "foreign-host")


@pytest.mark.parametrize("host", ["127.0.0.1:8765", "localhost:9000", "[::1]:8765", "LOCALHOST"])
def test_names_of_this_machine_are_answered_on_any_port(stranger: TestClient, host: str) -> None:
    assert stranger.get("/api/v1/health", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:9999"},
        {"Origin": "http://localhost"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": ORIGIN},
    ],
)  # fmt: skip
def test_a_page_of_another_site_neither_writes_nor_reads(served: Served, headers: dict[str, str]) -> None:
    for method, path in (("POST", "/api/v1/projects"), ("GET", "/api/v1/projects"), ("DELETE", served.path)):
        answer = served.client.request(method, path, headers=headers)
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "foreign-site")
    assert [each.name for each in served.bench.projects()] == ["pets"]


def test_our_own_page_reads_and_writes(served: Served) -> None:
    headers = {"Origin": ORIGIN, "Sec-Fetch-Site": "same-origin"}
    assert served.client.post("/api/v1/projects", json={"name": "birds"}, headers=headers).status_code == 201


def test_a_form_of_another_site_cannot_be_taken_for_json(served: Served) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        answer = served.client.post(
            "/api/v1/projects", content=b'{"name": "birds"}', headers={"Content-Type": kind}
        )
        assert answer.status_code == 422
    assert [each.name for each in served.bench.projects()] == ["pets"]


def test_there_is_no_way_around_the_same_origin_rule(served: Served) -> None:
    asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    for answer in (
        served.client.options("/api/v1/projects", headers=asked),
        served.client.get("/", headers={"Origin": "https://evil.example"}),
    ):
        assert not [name for name in answer.headers if name.startswith("access-control")]


def test_every_answer_carries_the_strict_headers(served: Served, stranger: TestClient) -> None:
    answers = [
        stranger.get("/"), stranger.get("/api/v1/projects"), stranger.get("/api/v1/health"), stranger.get("/no/such.js"),
        served.client.get("/api/v1/projects/77"), served.client.post("/api/v1/projects", content=b"{"),
        stranger.get("/", headers={"Host": "evil.example"}),
    ]  # fmt: skip
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert "script-src 'self';" in policy
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert "*" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("text", ["%", "_", "a%b", "' OR 1=1 --", '"', "\\", "]["])
def test_text_in_a_filter_is_text_and_nothing_else(served: Served, text: str) -> None:
    answer = served.client.get(f"{served.path}/images", params={"path_contains": text})
    assert answer.status_code == 200
    expected = [row.image.id for row in served.project.images(limit=30).rows if text in row.image.path]
    assert [each["id"] for each in answer.json()["images"]] == expected


@pytest.mark.parametrize(
    "query",
    [{"sort": "path; DROP TABLE image"}, {"sort": "revision"}, {"state": "any"}, {"order_by": "id"}, {"class__name": "cat"}],
)  # fmt: skip
def test_filters_and_orders_are_those_of_the_list(served: Served, query: dict[str, str]) -> None:
    assert served.client.get(f"{served.path}/images/columns", params=query).status_code == 422


@pytest.mark.parametrize("name", ["onnx:/etc/passwd", "efficientnet-lite0@/etc/passwd"])
def test_no_request_makes_the_server_read_a_file_by_the_name_of_a_backbone(served: Served, name: str) -> None:
    asked = [
        served.client.post("/api/v1/projects", json={"name": "birds", "backbone": name}),
        served.client.patch(served.path, json={"backbone": name}),
        served.client.post(f"{served.path}/embeddings", json={"backbone": name}),
        served.client.post(f"{served.path}/map/rounds", json={"backbone": name}),
        served.client.get(f"{served.path}/map/preview", params={"backbone": name}),
        served.client.post(f"{served.path}/runs", json={"backbone": name}),
        served.client.post(f"{served.path}/verbs/use_backbone", json={"arguments": {"backbone": name}}),
        served.client.post(
            f"{served.path}/verbs/start_run", json={"arguments": {"settings": {"backbone": name}}}
        ),
    ]
    for answer in asked:
        assert answer.status_code == 422
        assert "names a file" in answer.json()["error"]["message"]
    assert served.bench.jobs() == [] or all(job.kind == "import" for job in served.bench.jobs())


def test_a_body_over_the_limit_is_refused_before_it_is_read(served: Served) -> None:
    large = b'{"name": "' + b"x" * served.options.body_bytes + b'"}'
    answer = served.client.post(
        "/api/v1/projects", content=large, headers={"Content-Type": "application/json"}
    )
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too-large")


def test_a_body_that_says_it_has_a_gigabyte_is_refused_before_it_is_sent(running: Live) -> None:
    server, _ = running
    with talking(server) as line:
        line.sendall(request_head(server, "Content-Length: 1073741824") + b"x" * 1000)
        assert line.recv(100).startswith(b"HTTP/1.1 413")


def test_a_body_without_an_end_is_cut_off_at_the_limit(served_workspace: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(served_workspace, tmp_path / "w")
    with labelgraft.open(folder) as bench, run_server(bench, ServerOptions(body_bytes=100_000)) as server:
        with talking(server) as line:
            line.sendall(request_head(server, "Transfer-Encoding: chunked"))
            assert is_cut_off(line, b"4e20\r\n" + b"x" * 20_000 + b"\r\n")
        assert server.client.get("/api/v1/health").status_code == 200


def test_clients_that_never_finish_asking_keep_nobody_waiting(
    running: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, _ = running
    monkeypatch.setattr(patience, "HEAD_SECONDS", 0.3)
    monkeypatch.setattr(patience, "BODY_SECONDS", 0.3)
    lines = [socket.create_connection(address_of(server)) for _ in range(20)]
    for line in lines[:10]:
        line.sendall(b"GET / HTTP/1.1\r\nHost: 127")
    for line in lines[10:]:
        line.sendall(request_head(server, "Content-Length: 1000") + b"{")
    assert server.client.get("/api/v1/health").status_code == 200
    for line in lines:
        line.settimeout(5)
        answer = line.recv(4096)
        assert answer == b"" or b" 408 " in answer.splitlines()[0]
        line.close()


def test_headers_without_end_are_refused(running: Live) -> None:
    server, _ = running
    with talking(server) as line:
        line.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n")
        assert is_cut_off(line, b"X-Long: " + b"y" * 20_000 + b"\r\n")
    assert server.client.get("/api/v1/health").status_code == 200


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.7", "::", "example.org"])
def test_any_other_address_than_this_machines_is_refused_with_the_way_out(host: str) -> None:
    with pytest.raises(BadSetting, match="ssh -L"):
        start.check_host(host)


def test_a_port_that_is_taken_is_said_and_without_a_wish_the_next_free_one_is_taken() -> None:
    with start.listening(0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(BadSetting, match=f"port {port} is taken"), start.listening(port):
            pass
    with start.listening(None) as first, start.listening(None) as second:
        assert first.getsockname()[0] == "127.0.0.1"
        assert second.getsockname()[1] > first.getsockname()[1]


def test_small_answers_do_not_wait_for_more() -> None:
    with start.listening(0) as listener:
        # What asyncio goes by when it decides whether a connection sends at once.
        assert listener.proto == socket.IPPROTO_TCP


def test_no_token_comes_into_the_log(running: Live, tmp_path: Path) -> None:
    server, bench = running
    with start.log_file(bench.folder):
        server.client.get("/start", params={"token": "a-secret-of-mine"})
        server.client.get("/api/v1/projects/77")
        (bench.folder / "thumbnails").rename(tmp_path / "away")
        assert server.client.get(f"/api/v1/pictures/{'0' * 64}/64.webp").status_code in {404, 500, 503}
        written = (bench.folder / "server.log").read_text() if (bench.folder / "server.log").exists() else ""
    assert "a-secret-of-mine" not in written
    assert server.options.program_token not in written


def request_head(server: Running, *more: str) -> bytes:
    """The head of a write with the program token."""
    lines = [
        "POST /api/v1/projects HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json",
        f"Authorization: Bearer {server.options.program_token}", *more,
    ]  # fmt: skip
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


def is_cut_off(line: socket.socket, piece: bytes) -> bool:
    """Whether the server hangs up on somebody who sends this again and again."""
    try:
        for _ in range(2_000):
            line.sendall(piece)
    except OSError:
        return True
    return False


def address_of(server: Running) -> tuple[str, int]:
    return "127.0.0.1", int(server.address.rpartition(":")[2])


def talking(server: Running) -> socket.socket:
    """A line to the server without any client's manners."""
    line = socket.create_connection(address_of(server))
    line.settimeout(10)
    return line
