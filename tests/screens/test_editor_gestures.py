"""Every gesture of the editor with a real mouse in a real browser, on a page with nothing but the editor."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser
from tests.screens.editor_page import TWO_FRAMES, EditorPage, served

Open = Callable[..., EditorPage]
NEAR = 6  # image pixels: one on the screen is about four


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(tmp_path_factory.mktemp("editor-page")) as found:
        yield found


@pytest.fixture
def opened(chromium: Browser, address: str) -> Iterator[Open]:
    context = chromium.new_context(viewport={"width": 1000, "height": 760})
    problems: list[str] = []

    def open_page(**asked: Any) -> EditorPage:
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
        return EditorPage(page, address, asked)

    yield open_page
    context.close()
    assert problems == []


def box(left: float, top: float, right: float, bottom: float) -> dict[str, Any]:
    return {"kind": "box", "box": [left, top, right, bottom]}


SQUARE = {"kind": "polygon", "parts": [{"outline": [[1000, 1000], [2000, 1000], [2000, 2000], [1000, 2000]]}]}


def test_a_box_is_drawn_by_dragging_in_any_direction_and_by_two_clicks(opened: Open) -> None:
    editor = opened()
    editor.use("box")
    editor.drag((1500, 1200), (700, 300))
    editor.click(2000, 2000)
    editor.click(2600, 1500)
    boxes = [edit["new"][0]["shape"]["box"] for edit in editor.edits()]
    assert boxes[0] == pytest.approx([700, 300, 1500, 1200], abs=NEAR)
    assert boxes[1] == pytest.approx([2000, 1500, 2600, 2000], abs=NEAR)
    assert editor.selected() == [editor.edits()[1]["new"][0]["key"]], "What was drawn is not selected."
    assert editor.edits()[0]["words"] == "1 box drawn"


def test_without_a_class_nothing_is_drawn_and_one_is_asked_for(opened: Open) -> None:
    editor = opened()
    editor.page.evaluate("() => window.seen.classId(null)")
    editor.page.evaluate(TWO_FRAMES)
    for tool in ("box", "polygon", "brush", "keypoints"):
        editor.use(tool)
        editor.drag((1500, 1200), (700, 300))
    assert editor.edits() == []
    assert editor.seen("needed") >= 4


def test_a_rotated_box_is_a_side_and_a_click_for_its_depth(opened: Open) -> None:
    editor = opened()
    editor.use("rotated-box")
    editor.drag((1000, 1000), (2000, 1000))
    editor.click(1500, 1400)
    shape = editor.edits()[0]["new"][0]["shape"]
    assert shape["kind"] == "rotated-box"
    assert shape["centre"] == pytest.approx([1500, 1200], abs=NEAR)
    assert shape["size"] == pytest.approx([1000, 400], abs=2 * NEAR)


def test_a_polygon_closes_on_its_first_vertex_or_by_a_double_click(opened: Open) -> None:
    editor = opened()
    editor.use("polygon")
    for place in ((500, 500), (1500, 500), (1500, 1500), (500, 500)):
        editor.click(*place)
    for place in ((2000, 500), (3000, 500)):
        editor.click(*place)
    editor.click(3000, 1500, click_count=2, delay=20)
    outlines = [edit["new"][0]["shape"]["parts"][0]["outline"] for edit in editor.edits()]
    assert [len(outline) for outline in outlines] == [3, 3]
    assert outlines[1][2] == pytest.approx([3000, 1500], abs=NEAR)


def test_the_last_vertex_is_taken_back_and_finish_closes(opened: Open) -> None:
    editor = opened()
    editor.use("polygon")
    for place in ((500, 500), (1500, 500), (1500, 1500), (3000, 2500)):
        editor.click(*place)
    assert editor.ask("isDrawing()") is True
    assert editor.ask("undoVertex()") is True
    assert editor.ask("finish()") is True
    assert len(editor.edits()[0]["new"][0]["shape"]["parts"][0]["outline"]) == 3
    assert editor.ask("undoVertex()") is False


def test_a_hole_is_drawn_with_alt_in_the_chosen_polygon(opened: Open) -> None:
    editor = opened(shapes=[SQUARE])
    editor.click(1500, 1500)
    editor.use("polygon")
    editor.page.keyboard.down("Alt")
    editor.click(1300, 1300)
    editor.page.keyboard.up("Alt")
    editor.click(1700, 1300)
    editor.click(1500, 1700)
    assert editor.ask("finish()") is True
    changed = editor.edits()[0]["changed"][0]
    assert changed["key"] == "1"
    assert len(changed["shape"]["parts"][0]["holes"][0]) == 3


def test_vertices_are_moved_inserted_and_deleted(opened: Open) -> None:
    editor = opened(shapes=[SQUARE])
    editor.click(1500, 1500)
    editor.drag((2000, 2000), (2300, 2200))
    editor.drag((1500, 1000), (1500, 800))
    outline = editor.edits()[-1]["changed"][0]["shape"]["parts"][0]["outline"]
    assert len(outline) == 5
    assert outline[1] == pytest.approx([1500, 800], abs=NEAR)
    assert outline[3] == pytest.approx([2300, 2200], abs=NEAR)
    editor.click(1500, 800, button="right")
    assert len(editor.edits()[-1]["changed"][0]["shape"]["parts"][0]["outline"]) == 4


def test_a_small_shape_inside_of_a_large_one_is_picked_and_alt_picks_the_next(opened: Open) -> None:
    editor = opened(shapes=[box(400, 400, 3600, 2600), box(1500, 1200, 1900, 1500)])
    editor.click(1700, 1350)
    assert editor.selected() == ["2"]
    editor.page.keyboard.down("Alt")
    editor.click(1700, 1400)
    editor.page.keyboard.up("Alt")
    assert editor.selected() == ["1"]


def test_boxes_are_moved_within_the_image_and_resized_over_their_other_edge(opened: Open) -> None:
    editor = opened(shapes=[box(1000, 1000, 1400, 1300)])
    editor.drag((1200, 1150), (200, 150))
    editor.until("window.seen.edits.length === 1")
    assert editor.edits()[0]["changed"][0]["shape"]["box"] == pytest.approx([0, 0, 400, 300], abs=NEAR)
    editor.drag((400, 150), (1000, 150))
    assert editor.edits()[1]["changed"][0]["shape"]["box"] == pytest.approx([0, 0, 1000, 300], abs=NEAR)
    editor.drag((0, 300), (2000, 1300))
    assert editor.edits()[2]["changed"][0]["shape"]["box"] == pytest.approx([1000, 0, 2000, 1300], abs=NEAR)


def test_several_are_selected_by_shift_or_a_band_and_moved_as_one_edit(opened: Open) -> None:
    editor = opened(shapes=[box(500, 500, 800, 800), box(1000, 500, 1300, 800), box(3000, 2000, 3300, 2300)])
    editor.drag((300, 300), (1500, 1000))
    assert sorted(editor.selected()) == ["1", "2"]
    editor.page.keyboard.down("Shift")
    editor.click(3150, 2150)
    editor.click(650, 650)
    editor.page.keyboard.up("Shift")
    assert sorted(editor.selected()) == ["2", "3"]
    editor.drag((1150, 650), (1250, 750))
    (edit,) = editor.edits()
    assert [each["key"] for each in edit["changed"]] == ["2", "3"]
    editor.click(200, 2700)
    assert editor.selected() == []


def test_a_mask_is_painted_goes_on_and_is_erased(opened: Open) -> None:
    editor = opened()
    editor.use("brush")
    editor.drag((1000, 1000), (2000, 1000))
    editor.drag((2000, 1000), (2000, 2000))
    editor.use("eraser")
    editor.drag((1000, 1000), (1200, 1000))
    new, more, less = editor.edits()
    key = new["new"][0]["key"]
    assert more["changed"][0]["key"] == less["changed"][0]["key"] == key
    assert new["new"][0]["shape"]["size"] == [4000, 3000]
    lengths = [len(edit[which][0]["shape"]["counts"]) for edit, which in ((new, "new"), (more, "changed"))]
    assert lengths[1] > lengths[0]
    editor.ask("resizeBrush(1)")
    for _ in range(12):
        editor.ask("resizeBrush(1)")
    editor.drag((1000, 1000), (2000, 1000), (2000, 2000))
    assert editor.edits()[-1]["removed"] == [key], "A mask of which nothing is left stays."


def test_keypoints_follow_the_skeleton_with_hidden_and_absent_ones(opened: Open) -> None:
    editor = opened()
    editor.use("keypoints")
    editor.click(1000, 1000)
    editor.page.mouse.move(*editor.screen(900, 900))
    assert editor.ask("placeHidden()") is True
    editor.click(1100, 900, button="right")
    points = editor.edits()[0]["new"][0]["shape"]["points"]
    assert [point[2] for point in points] == [2, 1, 0]
    assert points[1][:2] == pytest.approx([900, 900], abs=NEAR)
    assert points[2][:2] == [0, 0]


def test_the_view_pans_and_zooms_in_the_middle_of_a_polygon(opened: Open) -> None:
    editor = opened()
    editor.use("polygon")
    editor.click(1000, 1000)
    editor.click(2000, 1000)
    editor.page.mouse.move(*editor.screen(2000, 1000))
    before = editor.screen(2000, 1000)
    for _ in range(4):
        editor.page.mouse.wheel(0, -240)
    editor.until("document.querySelector('[role=application] img').getBoundingClientRect().width > 2000")
    assert editor.screen(2000, 1000) == pytest.approx(before, abs=2), "The zoom is not at the cursor."
    editor.drag((2000, 1000), (1900, 1100), button="middle")
    editor.page.keyboard.down("Space")
    editor.drag((2000, 1000), (1950, 1050))
    editor.page.keyboard.up("Space")
    assert editor.screen(2000, 1000) != pytest.approx(before, abs=20)
    assert editor.edits() == []
    editor.ask("fit()")
    editor.click(2000, 2000)
    editor.ask("finish()")
    outline = editor.edits()[0]["new"][0]["shape"]["parts"][0]["outline"]
    assert [value for point in outline for value in point] == pytest.approx(
        [1000, 1000, 2000, 1000, 2000, 2000], abs=NEAR
    )


def test_proposals_are_accepted_rejected_and_corrected_by_dragging(opened: Open) -> None:
    editor = opened(offered=[box(500, 500, 900, 900), box(1500, 500, 1900, 900), box(2500, 500, 2900, 900)])
    editor.click(700, 700)
    assert editor.selected() == ["offered:1"]
    assert editor.ask("acceptSelected()") is True
    editor.click(1700, 700)
    assert editor.ask("rejectSelected()") is True
    editor.drag((2700, 700), (2800, 800))
    accepted, rejected, corrected = editor.edits()
    assert accepted["accepted"] == [1]
    assert rejected["rejected"] == [2]
    assert corrected["new"][0]["corrects"] == 3
    assert corrected["new"][0]["shape"]["box"] == pytest.approx([2600, 600, 3000, 1000], abs=NEAR)


def test_nudges_that_follow_each_other_are_one_edit(opened: Open) -> None:
    editor = opened(shapes=[box(1000, 1000, 1400, 1300)])
    editor.click(1200, 1150)
    editor.page.evaluate(
        """() => {
            for (let i = 0; i < 5; i++) window.seen.handle.nudge(1, 0);
            window.seen.handle.nudge(0, -10);
            window.seen.handle.flush();
        }"""
    )
    editor.until("window.seen.edits.length > 0")
    (edit,) = editor.edits()
    assert edit["changed"][0]["shape"]["box"] == [1005, 990, 1405, 1290]


def test_copies_are_pasted_aside_and_duplicated(opened: Open) -> None:
    editor = opened(shapes=[box(1000, 1000, 1400, 1300)])
    editor.click(1200, 1150)
    assert editor.ask("copy()") == 1
    assert editor.ask("paste()") is True
    assert editor.ask("duplicate()") is True
    pasted, again = (edit["new"][0] for edit in editor.edits())
    assert pasted["shape"]["box"][0] > 1000
    assert again["shape"]["box"][0] > pasted["shape"]["box"][0]
    assert pasted["classId"] == 1
    assert editor.selected() == [again["key"]]


def test_keys_delete_raise_reclass_and_walk_through_the_shapes(opened: Open) -> None:
    editor = opened(shapes=[box(500, 500, 900, 900), box(700, 700, 1200, 1200)])
    assert editor.ask("nextShape(1)") is True
    assert editor.selected() == ["1"]
    assert editor.ask("giveClass(3)") is True
    assert editor.ask("raise(1)") is True
    assert editor.ask("nextShape(1)") is True
    assert editor.ask("deleteSelected()") is True
    reclassed, raised, deleted = editor.edits()
    assert reclassed["changed"][0]["classId"] == 3
    assert raised["changed"][0]["traits"]["z"] == 1
    assert deleted["removed"] == ["2"]


def test_hidden_and_locked_shapes_are_out_of_reach_and_peek_shows_the_picture_alone(opened: Open) -> None:
    editor = opened(shapes=[box(500, 500, 900, 900), box(1500, 500, 1900, 900), box(2500, 500, 2900, 900)])
    editor.page.evaluate("() => window.seen.keys('hidden', ['1'])")
    editor.page.evaluate("() => window.seen.keys('locked', ['2'])")
    editor.page.evaluate(TWO_FRAMES)
    for x in (700, 1700, 2700):
        editor.click(x, 700)
    assert editor.selected() == ["3"]
    editor.drag((1700, 700), (1800, 800))
    assert editor.edits() == []
    inked = """() => [...document.querySelectorAll("canvas")].some((canvas) =>
        canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.some((each) => each > 0))"""
    assert editor.page.evaluate(inked)
    editor.page.mouse.move(1, 1)
    editor.page.evaluate("() => window.seen.peek(true)")
    editor.until(f"!({inked})()")


def test_the_last_nudges_are_told_when_the_page_is_left(opened: Open) -> None:
    editor = opened(shapes=[box(1000, 1000, 1400, 1300)])
    editor.click(1200, 1150)
    editor.ask("nudge(7, 0)")
    editor.page.evaluate(
        """() => {
            Object.defineProperty(document, "visibilityState", { value: "hidden" });
            document.dispatchEvent(new Event("visibilitychange"));
        }"""
    )
    assert editor.edits()[0]["changed"][0]["shape"]["box"][0] == 1007
