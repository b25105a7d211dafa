import { describe, expect, it } from "vitest";

import { accuracyRows, classRows, weakestClasses } from "./curves";

const metrics = {
  epoch: [1, 2, 1],
  loss_train: [1, 0.5, 0.4],
  loss_held_out: [1.1, null, 0.6],
  accuracy_train: [0.5, 0.8, 0.9],
  accuracy_held_out: [0.4, null, 0.7],
  per_class: [
    { class_name: "cat", recall: [0.5, 0.9, 0.9], precision: [1, 1, 1], support: 4 },
    { class_name: "dog", recall: [0.9, 0.5, 0.4], precision: [1, 1, 1], support: 6 },
  ],
};

describe("the curves of a run", () => {
  it("count the epochs on through its phases", () => {
    expect(accuracyRows(metrics).map((row) => row.epoch)).toEqual([1, 2, 3]);
  });

  it("leave a gap where nothing was held out", () => {
    expect(accuracyRows(metrics)[1]).toEqual({ epoch: 2, "trained on": 0.8, "held out": null });
  });

  it("begin with the classes found least at the end", () => {
    expect(weakestClasses(metrics, 1)).toEqual(["dog"]);
    expect(classRows(metrics, ["dog"])[2]).toEqual({ epoch: 3, dog: 0.4 });
  });
});
