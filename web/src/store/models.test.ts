import { expect, test } from "vitest";

import { askAgainMs, type Run } from "./models";

const run = (state: Run["state"]) => ({ state }) as Run;

test("a run is asked about only while it goes on and no events come", () => {
  expect(askAgainMs("open", run("running"))).toBe(false);
  expect(askAgainMs("lost", run("running"))).toBe(2000);
  expect(askAgainMs("connecting", undefined)).toBe(2000);
  expect(askAgainMs("lost", run("finished"))).toBe(false);
});
