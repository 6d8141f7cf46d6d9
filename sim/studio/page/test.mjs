// Runs the tests of the page's logic, *.test.ts, in Node.js.
import { buildSync } from "esbuild";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const tests = readdirSync(join(here, "src"), { recursive: true })
  .filter((name) => name.endsWith(".test.ts"))
  .map((name) => join(here, "src", name));
const outdir = mkdtempSync(join(tmpdir(), "page-tests-"));
try {
  buildSync({
    entryPoints: tests,
    outdir,
    bundle: true,
    platform: "node",
    format: "esm",
    outExtension: { ".js": ".mjs" },
  });
  const made = readdirSync(outdir, { recursive: true })
    .filter((name) => name.endsWith(".mjs"))
    .map((name) => join(outdir, name));
  process.exitCode = spawnSync(process.execPath, ["--test", ...made], { stdio: "inherit" }).status;
} finally {
  rmSync(outdir, { recursive: true });
}
