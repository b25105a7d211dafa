// The first screen must load quickly: what its page and its screen need, gzipped, against the budget.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const BUDGET_KB = 400;
const FIRST = ["index.html", "src/projects/Screen.tsx"];
const built = new URL("../../src/labelgraft/server/web/", import.meta.url);

const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", built), "utf8"));
const files = new Set();

const need = (name) => {
  const entry = manifest[name];
  if (entry === undefined) throw new Error(`manifest.json: found no ${name}. Build first: npm run build`);
  if (files.has(entry.file)) return;
  files.add(entry.file);
  for (const style of entry.css ?? []) files.add(style);
  for (const imported of entry.imports ?? []) need(imported);
};

FIRST.forEach(need);
const total = [...files].reduce((sum, file) => sum + gzipSync(readFileSync(new URL(file, built))).length, 0);
const kilobytes = Math.round(total / 1000);
console.log(`first screen: ${kilobytes} kB gzipped of ${BUDGET_KB} kB, in ${files.size} files`);
if (kilobytes >= BUDGET_KB) process.exit(1);
