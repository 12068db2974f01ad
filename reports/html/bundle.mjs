// Bundles the page of the HTML report into a C file. Usage: node bundle.mjs ESBUILD-FOLDER OUT.c
// ESBUILD-FOLDER is where package.json was installed; the sources are beside this file.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const DATA = "%DATA%", STYLE = "%STYLE%", SCRIPT = "%SCRIPT%";
const [modules, out] = process.argv.slice(2);
const here = dirname(fileURLToPath(import.meta.url));
const esbuild = createRequire(resolve(modules, "package.json"))("esbuild");

async function bundle(entry) {
  const built = await esbuild.build({
    entryPoints: [join(here, entry)],
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    target: ["chrome100", "firefox113", "safari16.4"],
    charset: "utf8",
    jsx: "automatic",
    jsxImportSource: "preact",
    legalComments: "inline",
    nodePaths: [resolve(modules, "node_modules")],
  });
  return built.outputFiles[0].text.trim();
}

// An array, as a literal of this length is more than C promises to take.
function array(name, text) {
  const bytes = Buffer.from(text, "utf8");
  const lines = [];
  for (let i = 0; i < bytes.length; i += 32) lines.push([...bytes.subarray(i, i + 32)].map((b) => (b > 127 ? b - 256 : b)).join(","));
  return `const char ${name}[] = {\n${lines.join(",\n")},0};\n`;
}

const [script, style] = await Promise.all([bundle("app.jsx"), bundle("style.css")]);
for (const [text, end] of [[script, /<\/script/i], [style, /<\/style/i]])
  if (end.test(text)) throw new Error(`the bundle has ${end}, which would end it`);
const page = readFileSync(join(here, "page.html"), "utf8")
  .replace(STYLE, () => style)
  .replace(SCRIPT, () => script);
const at = page.indexOf(DATA);
if (at < 0) throw new Error(`page.html lacks ${DATA}`);
writeFileSync(
  out,
  `/* Made by reports/html/bundle.mjs. */\n#include "reports/html_page.h"\n\n` +
    array("html_page_before_data", page.slice(0, at)) +
    array("html_page_after_data", page.slice(at + DATA.length)),
);
