import { describe, expect, it } from "vitest";

import type { TrainingSetting } from "@/store/training";

import { problemOf, runOf, usedSettings } from "./settingsForm";

const setting = (name: string, heads: TrainingSetting["heads"]): TrainingSetting => ({
  name,
  label: name,
  text: "",
  kind: "whole number",
  group: "steps",
  unit: "",
  default: null,
  automatic: "chosen from the labels",
  choices: [],
  minimum: 1,
  maximum: 100,
  heads,
});

const ALL = [
  setting("head", ["linear", "mlp"]),
  setting("epochs", ["mlp"]),
  setting("seed", ["linear", "mlp"]),
];

describe("the form of a training", () => {
  it("shows only what has an effect with the way of training", () => {
    expect(usedSettings(ALL, "linear").map((each) => each.name)).toEqual(["seed"]);
  });

  it("sends only what was filled in and has an effect", () => {
    expect(runOf(ALL, "linear", { epochs: 3, seed: 7 })).toEqual({ head: "linear", seed: 7 });
    expect(runOf(ALL, "mlp", { epochs: 3, seed: "" })).toEqual({ head: "mlp", epochs: 3 });
  });

  it("says what a number must be", () => {
    const epochs = setting("epochs", ["mlp"]);
    expect(problemOf(epochs, 0)).toBe("At least 1");
    expect(problemOf(epochs, 101)).toBe("At most 100");
    expect(problemOf(epochs, 1.5)).toBe("A whole number");
    expect(problemOf(epochs, 100)).toBeNull();
    expect(problemOf(epochs, undefined)).toBeNull();
  });
});
