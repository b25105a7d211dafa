import { describe, expect, it } from "vitest";

import { SittingStore } from "./sittingStore";

const card = (image_id: number) => ({ image_id, reason: "typical", explanation: "" });
const cards = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => card(from + at));
const settled = () => new Promise((resolve) => setTimeout(resolve));

describe("a sitting that is filled from the queue", () => {
  it("fetches more before the person gets to its end", async () => {
    const asked: number[] = [];
    const store = new SittingStore((count) => {
      asked.push(count);
      return Promise.resolve(cards(0, asked.length * 30));
    });
    await store.fill();
    expect(store.cell.get().images).toHaveLength(30);
    for (let at = 0; at < 15; at++) store.move(1);
    await settled();
    expect(asked).toEqual([60, 90]);
    expect(store.cell.get().images).toHaveLength(60);
    expect(store.shown).toBe(15);
  });

  it("knows when the queue has nothing new", async () => {
    const store = new SittingStore(() => Promise.resolve(cards(0, 3)));
    await store.fill();
    await store.fill();
    expect(store.supply.get()).toBe("end");
    store.move(3);
    expect(store.shown).toBeNull();
  });

  it("says why the queue did not come and keeps what it has", async () => {
    let away = false;
    const store = new SittingStore(() =>
      away ? Promise.reject(new Error("away")) : Promise.resolve(cards(0, 5)),
    );
    await store.fill();
    away = true;
    await store.fill();
    expect(store.problem.get()?.message).toBe("away");
    expect(store.cell.get().images).toHaveLength(5);
    away = false;
    await store.fill();
    expect(store.problem.get()).toBeNull();
  });
});
