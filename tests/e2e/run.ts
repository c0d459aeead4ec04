/**
 * Runs the suites with Node's own test runner: `api` (default: all of `suites/`), `browser`
 * (`browser/`), or the files named.
 */
import { spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));

function suitesIn(folder: string): string[] {
  if (!existsSync(join(here, folder))) return [];
  return readdirSync(join(here, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.test\.(ts|mts|mjs|js)$/.test(name) && !name.includes("node_modules"))
    .sort()
    .map((name) => join(folder, name));
}

const asked = process.argv.slice(2);
const files = (asked.length === 0 ? ["api"] : asked).flatMap((what) => {
  if (what === "api") return suitesIn("suites");
  if (what === "browser") return suitesIn("browser");
  return [what];
});

if (files.length === 0) {
  console.error(`no test files for: ${asked.join(" ")}`);
  process.exit(1);
}

const child = spawn(
  process.execPath,
  [
    "--import",
    "tsx",
    "--test",
    "--test-reporter=spec",
    `--test-concurrency=${process.env.E2E_CONCURRENCY ?? "2"}`,
    "--test-timeout=300000",
    ...files,
  ],
  { cwd: here, stdio: "inherit" },
);
child.on("exit", (code) => process.exit(code ?? 1));
