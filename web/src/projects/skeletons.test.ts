import { expect, test } from "vitest";

import { skeletonsOf } from "./skeletons";

test("only classes that are still wanted and have points get a skeleton, each point once", () => {
  const points = { bee: ["head", " tail ", "head", ""], wasp: [], gone: ["nose"] };
  expect(skeletonsOf(["bee", "wasp"], points)).toEqual({ bee: { names: ["head", "tail"] } });
});
