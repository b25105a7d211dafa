import { describe, expect, it } from "vitest";

import { PictureBook } from "./pictureBook";

const settled = () => new Promise((resolve) => setTimeout(resolve));

describe("the book of pictures", () => {
  it("asks for a view in one request and for what lies beyond it in another", async () => {
    const asked: number[][] = [];
    const pictures = new PictureBook((ids) => {
      asked.push(ids);
      return Promise.resolve(ids.map((id) => ({ id, url: `data:${id}` })));
    });
    pictures.want(Array.from({ length: 60 }, (_, at) => at));
    expect(asked.map((ids) => ids.length)).toEqual([48, 12]);
    await settled();
    expect(pictures.get(59)?.url).toBe("data:59");
  });

  it("forgets the oldest pictures, not the ones that have just come", async () => {
    const pictures = new PictureBook((ids) => Promise.resolve(ids.map((id) => ({ id, url: `data:${id}` }))));
    for (let first = 0; first < 3100; first += 20) {
      pictures.want(Array.from({ length: 20 }, (_, at) => first + at));
      await settled();
    }
    expect(pictures.get(0)).toBeUndefined();
    expect(pictures.get(3099)).toBeDefined();
  });
});
