import { expect, test } from "vitest";

import { BadColumns, decodeColumns } from "./columns";

/** As the server writes them; see src/labelgraft/server/columns.py. */
const encoded = (columns: object[], facts: object, data: Uint8Array): ArrayBuffer => {
  const header = new TextEncoder().encode(JSON.stringify({ columns, facts }));
  const padded = Math.ceil((4 + header.length) / 8) * 8;
  const bytes = new Uint8Array(padded + data.length).fill(32, 4, padded);
  new DataView(bytes.buffer).setUint32(0, padded - 4, true);
  bytes.set(header, 4);
  bytes.set(data, padded);
  return bytes.buffer;
};

const TWO = [
  { name: "image_ids", dtype: "uint32", shape: [2], offset: 0 },
  { name: "xy", dtype: "float32", shape: [2, 2], offset: 8 },
];
const DATA = new Uint8Array(24);
new Uint32Array(DATA.buffer, 0, 2).set([7, 9]);
new Float32Array(DATA.buffer, 8, 4).set([0.5, 1.5, -2, 3]);

test("columns come out as they were written, with their facts", () => {
  const columns = decodeColumns(encoded(TWO, { round: 3 }, DATA));
  expect([...columns.ids("image_ids")]).toEqual([7, 9]);
  expect([...columns.get("xy", "float32")]).toEqual([0.5, 1.5, -2, 3]);
  expect(columns.facts.round).toBe(3);
});

test("arrays are views of the answer, not copies", () => {
  const bytes = encoded(TWO, {}, DATA);
  expect(decodeColumns(bytes).get("xy", "float32").buffer).toBe(bytes);
});

test("a cut off answer is refused", () => {
  const bytes = encoded(TWO, {}, DATA);
  expect(() => decodeColumns(bytes.slice(0, bytes.byteLength - 8))).toThrow(BadColumns);
  expect(() => decodeColumns(new ArrayBuffer(2))).toThrow("found 2 bytes");
});

test("a column of another kind than asked for is refused by name", () => {
  const columns = decodeColumns(encoded(TWO, {}, DATA));
  expect(() => columns.get("xy", "int8")).toThrow('column "xy" is not int8');
  expect(() => columns.ids("classes")).toThrow('column "classes" holds no ids');
});
