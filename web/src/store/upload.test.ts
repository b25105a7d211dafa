import { expect, test } from "vitest";

import { ApiError, NoAnswer } from "@/api/errors";

import { Upload, type Offer, type UploadDoors, type UploadFile } from "./upload";

const named = (count: number, from = 0): UploadFile[] =>
  Array.from({ length: count }, (_, i) => ({
    path: `holiday/${from + i}.jpg`,
    blob: new Blob([`bytes of ${from + i}`]),
  }));

/** A server that keeps what it got, by content. */
const server = (over: Partial<UploadDoors> = {}) => {
  const known = new Set<string>();
  const sent: string[] = [];
  const doors: UploadDoors = {
    begin: () => Promise.resolve(7),
    offer: (_, files: Offer[]) => Promise.resolve(files.filter((file) => !known.has(file.content_hash))),
    send: (_, { path, content_hash }) => {
      sent.push(path);
      known.add(content_hash);
      return Promise.resolve();
    },
    hash: (blob) => blob.text(),
    wait: () => Promise.resolve(),
    ...over,
  };
  return { doors, sent, known };
};

test("every file arrives once, and the progress ends at all of them", async () => {
  const { doors, sent } = server();
  const upload = new Upload(named(250), doors);
  expect(await upload.run("holiday")).toBe(7);
  expect(new Set(sent).size).toBe(250);
  const { done, files, bytes, doneBytes, refused } = upload.progress.get();
  expect([done, files, doneBytes - bytes, refused.length]).toEqual([250, 250, 0, 0]);
});

test("what the server has already is not sent again", async () => {
  const { doors, sent } = server();
  await new Upload(named(120), doors).run("holiday");
  const again = new Upload(named(150), doors);
  await again.run("holiday");
  expect(sent).toHaveLength(150);
  expect(again.progress.get().done).toBe(150);
});

test("copies of one file are sent once and all of them are there", async () => {
  const { doors, sent } = server();
  const copies = ["a.jpg", "b.jpg", "c.jpg"].map((path) => ({ path, blob: new Blob(["the same"]) }));
  const upload = new Upload(copies, doors);
  await upload.run("copies");
  expect(sent).toEqual(["a.jpg"]);
  expect(upload.progress.get().done).toBe(3);
});

test("a broken connection is waited out, with growing pauses", async () => {
  const pauses: number[] = [];
  let faults = 3;
  const { doors, sent } = server();
  const send = doors.send;
  const upload = new Upload(named(1), {
    ...doors,
    send: (...all) => (faults-- > 0 ? Promise.reject(new NoAnswer("cut")) : send(...all)),
    wait: (milliseconds) => {
      expect(upload.progress.get().waiting).toBe(true);
      pauses.push(milliseconds);
      return Promise.resolve();
    },
  });
  await upload.run("holiday");
  expect(sent).toHaveLength(1);
  expect(pauses).toEqual([500, 1000, 2000]);
  expect(upload.progress.get().waiting).toBe(false);
});

test("a file that the server does not take is left out with its reason, the others go on", async () => {
  const { doors, sent } = server();
  const send = doors.send;
  const tooLarge = new ApiError(413, "too-large", "300 MB, expected at most 256 MB.", null, null);
  const upload = new Upload(named(5), {
    ...doors,
    send: (id, offer, ...rest) =>
      offer.path === "holiday/2.jpg" ? Promise.reject(tooLarge) : send(id, offer, ...rest),
  });
  await upload.run("holiday");
  expect(sent).toHaveLength(4);
  expect(upload.progress.get().refused).toEqual([
    { path: "holiday/2.jpg", reason: "300 MB, expected at most 256 MB." },
  ]);
});

test("a file that cannot be read any more is left out with its reason", async () => {
  const { doors, sent } = server({
    hash: (blob) => (blob.size === 0 ? Promise.reject(new Error("The file is gone.")) : blob.text()),
  });
  const upload = new Upload([...named(2), { path: "gone.jpg", blob: new Blob([]) }], doors);
  await upload.run("holiday");
  expect(sent).toHaveLength(2);
  expect(upload.progress.get().refused).toEqual([{ path: "gone.jpg", reason: "The file is gone." }]);
});

test("an upload that is cancelled sends nothing more", async () => {
  const { doors, sent } = server();
  const send = doors.send;
  const upload: Upload = new Upload(named(300), {
    ...doors,
    send: (...all) => {
      if (sent.length === 20) upload.cancel();
      return send(...all);
    },
  });
  await expect(upload.run("holiday")).rejects.toThrow("cancelled");
  expect(sent.length).toBeLessThan(30);
});
