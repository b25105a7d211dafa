import { expect, it } from "vitest";

import type { DetectorOffer } from "@/store/detectors";

import { AS_RECOGNISED, firstMapping, mapped, saidOf, shownClasses, usesOf } from "./detectorForm";

const offer: DetectorOffer = {
  name: "nano.onnx",
  digest: "ab".repeat(32),
  bytes: 1,
  sentence: "",
  assumed: [],
  description: {},
  kind: "box",
  class_names: ["person", "car", "", "race car"],
  uses: [{ index: 1, theirs: "car", class_id: 2, ours: "car", threshold: 0.25 }],
  licence: "",
  problem: "",
};

it("begins with equal names, shows what is proposed first and finds the rest by a part of the name", () => {
  const mapping = firstMapping(offer);
  expect(shownClasses(offer, mapping, "")).toEqual(["car", "person", "race car"]);
  expect(shownClasses(offer, mapping, "RACE")).toEqual(["car", "race car"]);
});

it("keeps the threshold of a class that becomes another of ours, and leaves out what is emptied", () => {
  const both = mapped({ car: { ours: "car", threshold: 0.5 } }, "person", "pedestrian");
  expect(usesOf(mapped(both, "car", "lorry"))).toEqual([
    { theirs: "person", ours: "pedestrian", threshold: null },
    { theirs: "car", ours: "lorry", threshold: 0.5 },
  ]);
  expect(usesOf(mapped(both, "car", ""))).toEqual([
    { theirs: "person", ours: "pedestrian", threshold: null },
  ]);
});

it("says of the file only what was filled in, and nothing where the size is half said", () => {
  expect(saidOf(AS_RECOGNISED)).toEqual({});
  expect(saidOf({ ...AS_RECOGNISED, width: "640" })).toBeNull();
  expect(
    saidOf({ width: "640", height: "480", classes: "cat\n\ndog\n\n", colours: "rgb", fit: "stretch" }),
  ).toEqual({
    input_px: [640, 480],
    class_names: ["cat", "", "dog"],
    changes: { input: { bgr: false, fit: "stretch" } },
  });
});
