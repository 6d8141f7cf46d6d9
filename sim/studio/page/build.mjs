// Builds the page into ../static: one script, one style sheet, the sound worklet, the index and the
// icon. The built page loads nothing from other hosts.
import { build, context } from "esbuild";
import { cpSync, mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "..", "static");
const options = {
  absWorkingDir: here,
  entryPoints: { studio: "src/main.tsx", speaker: "src/speaker.ts" },
  outdir: out,
  bundle: true,
  format: "esm",
  target: "es2022",
  jsx: "automatic",
  jsxImportSource: "preact",
  minify: !process.argv.includes("--watch"),
  sourcemap: process.argv.includes("--watch"),
  legalComments: "linked",
  logLevel: "info",
};

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
cpSync(join(here, "index.html"), join(out, "index.html"));
cpSync(join(here, "icon.svg"), join(out, "icon.svg"));
if (process.argv.includes("--watch")) await (await context(options)).watch();
else await build(options);
