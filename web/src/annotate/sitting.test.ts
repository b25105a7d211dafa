import { describe, expect, it } from "vitest";

import {
  emptySitting,
  left,
  movedBy,
  movedTo,
  secondsPerImage,
  shownImage,
  withDecision,
  withMore,
  withoutDecision,
} from "./sitting";

const card = (image_id: number) => ({ image_id, reason: "typical", explanation: "" });
const three = withMore(emptySitting(0), [card(5), card(3), card(9)]);

describe("a sitting", () => {
  it("shows the queue in its order and stops behind its last image", () => {
    expect(shownImage(three)?.image_id).toBe(5);
    expect(shownImage(movedBy(three, 2))?.image_id).toBe(9);
    expect(shownImage(movedBy(three, 3))).toBeNull();
    expect(movedBy(three, 50).at).toBe(3);
    expect(movedBy(three, -1).at).toBe(0);
  });

  it("takes more of the queue without showing an image twice", () => {
    const more = withMore(movedBy(three, 1), [card(3), card(4), card(4)]);
    expect(more.images.map((each) => each.image_id)).toEqual([5, 3, 9, 4]);
    expect(shownImage(more)?.image_id).toBe(3);
    expect(left(more)).toBe(3);
  });

  it("goes back to the image of an undo, also to one that it did not have", () => {
    expect(movedTo(movedBy(three, 2), 3).at).toBe(1);
    const opened = movedTo(movedBy(three, 2), 77);
    expect(opened.images.map((each) => each.image_id)).toEqual([5, 3, 77, 9]);
    expect(shownImage(opened)?.image_id).toBe(77);
  });

  it("counts an image once, however often it is decided on, and not after its undo", () => {
    const twice = withDecision(withDecision(three, 5, 1000), 5, 2000);
    expect(twice.decided.size).toBe(1);
    expect(withoutDecision(twice, 5).decided.size).toBe(0);
  });

  it("tells the usual seconds per image and leaves pauses out", () => {
    let sitting = three;
    [0, 2000, 4000, 10_000, 500_000, 502_000].forEach((time, at) => {
      sitting = withDecision(sitting, at, time);
    });
    expect(secondsPerImage(sitting)).toBe(2);
    expect(secondsPerImage(three)).toBeNull();
  });
});
