"""Backbones and trials of the models' screen, in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect
from tests.screens.serving import Serving

import labelgraft


def test_another_backbone_is_embedded_from_the_dialog_and_joins_the_comparison(
    tmp_path: Path, serving: Callable[..., Serving], signed_in: Callable[..., Page]
) -> None:
    (tmp_path / "pictures").mkdir()
    for number in range(24):
        red = 200 if number % 2 else 20
        Image.new("RGB", (32, 32), (red, 4 * number, 60)).save(tmp_path / "pictures" / f"{number}.png")
    with labelgraft.open(tmp_path / "workspace", create=True) as bench:
        project = bench.new_project("seen by nobody", classes=["cool", "warm"])
        project.add_images(tmp_path / "pictures", embed=False)
        for number, path in project.paths().items():
            project.label([number], "warm" if int(Path(path).stem) % 2 else "cool")
    server = serving(tmp_path / "workspace")
    page = signed_in(server)
    page.goto(f"{server.base}/projects/1/models?new=true")
    dialog = page.get_by_role("dialog", name="New model")
    dialog.get_by_role("button", name="Backbones on your labels").click()
    dialog.get_by_label("Another backbone").click()
    page.get_by_role("option", name="color-histogram").click()
    expect(dialog.get_by_text("no network, only colours")).to_be_visible()
    dialog.get_by_role("button", name="Embed with it").click()
    expect(dialog.get_by_role("row", name="color-histogram")).to_be_visible(timeout=60_000)


def test_a_model_that_is_taken_into_use_shows_twelve_answers_before_it_proposes(
    pets: Path, serving: Callable[..., Serving], signed_in: Callable[..., Page]
) -> None:
    server = serving(pets)
    page = signed_in(server)
    page.goto(f"{server.base}/projects/1/models?new=true")
    page.get_by_role("dialog", name="New model").get_by_role("button", name="Train", exact=True).click()
    models = page.get_by_role("complementary", name="Models").get_by_role("link")
    expect(models).to_have_count(2)
    models.last.click()
    page.get_by_role("button", name="Use this model").click()
    trial = page.get_by_role("dialog", name="would propose")
    expect(trial.get_by_role("listitem")).to_have_count(12)
    trial.get_by_role("button", name="Propose for all images").click()
    expect(page.get_by_text("Finished: Predicting")).to_be_visible()
