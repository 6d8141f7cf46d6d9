// Builds the page into ../static: scripts and style sheet under names that change with what is in
// them, the sound worklets, the index and the icon; each also compressed (.br, .gz), for the server
// to send. The built page loads nothing from other hosts.
import { build, context } from "esbuild";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, gzipSync } from "node:zlib";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "..", "static");
const watching = process.argv.includes("--watch");
const common = {
  absWorkingDir: here,
  outdir: out,
  bundle: true,
  format: "esm",
  target: "es2022",
  minify: !watching,
  sourcemap: watching,
  legalComments: "linked",
  logLevel: "info",
};
const worklet = { ...common, entryPoints: { listener: "src/listener.ts" } };
const page = {
  ...common,
  entryPoints: { studio: "src/main.tsx" },
  entryNames: watching ? "[name]" : "[name]-[hash]",
  chunkNames: "part-[hash]",
  splitting: true,
  jsx: "automatic",
  jsxImportSource: "preact",
  metafile: true,
};

/** Write the index with the names of these files. */
function index(names) {
  const text = readFileSync(join(here, "index.html"), "utf8").replace(
    /studio\.(js|css)/g,
    (_, kind) => names.find((name) => name.startsWith("studio") && name.endsWith(kind)),
  );
  writeFileSync(join(out, "index.html"), text);
}

/** Write each file once more by each way of compressing. */
function compress() {
  for (const name of readdirSync(out).filter((name) => /\.(js|css|svg|html)$/.test(name))) {
    const data = readFileSync(join(out, name));
    writeFileSync(join(out, `${name}.br`), brotliCompressSync(data));
    writeFileSync(join(out, `${name}.gz`), gzipSync(data, { level: 9 }));
  }
}

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
cpSync(join(here, "icon.svg"), join(out, "icon.svg"));
await build(worklet);
if (watching) {
  index(["studio.js", "studio.css"]);
  await (await context(page)).watch();
} else {
  const { metafile } = await build(page);
  index(Object.keys(metafile.outputs).map((path) => path.split("/").pop()));
  compress();
}
