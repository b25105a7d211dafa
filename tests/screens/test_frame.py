"""The application's frame in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect
from tests.screens.serving import Serving

import labelgraft


def test_the_first_page_opens_by_the_printed_address_and_breaks_no_rule_of_its_own_policy(
    tmp_path: Path, serving: Callable[..., Serving], signed_in: Callable[..., Page]
) -> None:
    with labelgraft.open(tmp_path / "workspace", create=True) as bench:
        bench.new_project("pets", classes=["cat", "dog"])
    page = signed_in(serving(tmp_path / "workspace"))
    refused: list[str] = []
    page.on(
        "console",
        lambda message: refused.append(message.text) if "Content Security" in message.text else None,
    )
    page.reload()
    page.get_by_role("link", name="Settings").click()
    expect(page.get_by_role("heading", name="This browser")).to_be_visible()
    assert refused == []
