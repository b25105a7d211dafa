// The generated client must fit openapi.json; a stale one fails here.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const folder = mkdtempSync(join(tmpdir(), "client-"));
const fresh = join(folder, "schema.d.ts");
try {
  execFileSync("npx", ["openapi-typescript", "openapi.json", "--default-non-nullable=false", "-o", fresh], {
    stdio: "ignore",
  });
  if (readFileSync(fresh, "utf8") !== readFileSync("src/api/schema.d.ts", "utf8")) {
    console.error("src/api/schema.d.ts does not fit openapi.json. Write it anew: npm run client");
    process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true });
}
