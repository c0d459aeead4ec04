/**
 * The documented examples in `examples/`, run as they stand: only host, ids and tokens are put in,
 * and what an example leaves to its reader (`countOnline`, a `main`, `<?php`) is put around it.
 */
import assert from "node:assert/strict";
import { execFile, execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { basename, dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ask, type Answer } from "./http.ts";

const folder = join(dirname(fileURLToPath(import.meta.url)), "../examples");
const python = join(folder, "../python");

/** No proxies, and no settings of whoever runs the tests; Go keeps its build cache at home. */
const environment = { PATH: process.env.PATH, HOME: homedir(), GO111MODULE: "off", GOTOOLCHAIN: "local" };

/** What each placeholder of the documents stands for, in this order. */
export type Values = Readonly<Record<string, string>>;

/** An example with its placeholders replaced. */
export function filled(name: string, values: Values): string {
  let text = readFileSync(join(folder, name), "utf8");
  for (const [placeholder, value] of Object.entries(values)) text = text.replaceAll(placeholder, value);
  assert.doesNotMatch(text, /chattr\.example\.com|[A-Z]+_ID\b|YOUR_TOKEN|WIDGET_TOKEN/, `${name} has a placeholder left`);
  return text;
}

/** Why examples in Go or PHP cannot run here, or false when they can. */
export function missing(language: "go" | "php"): string | false {
  const asked = language === "go" ? spawnSync("go", ["version"]) : spawnSync("php", ["-m"]);
  const isThere = asked.status === 0 && (language === "go" || /^curl$/m.test(asked.stdout.toString()));
  return isThere ? false : `${language === "go" ? "Go" : "PHP with curl"} is not installed: see scripts/install-tools`;
}

/** Runs an example to its good end; what it printed. */
export async function prints(name: string, values: Values): Promise<string> {
  const place = mkdtempSync(join(tmpdir(), "chatter-example-"));
  try {
    const file = join(place, basename(name));
    const text = filled(name, values);
    writeFileSync(file, extname(name) === ".php" ? `<?php\n${text}` : text);
    const [program, ...args] = command(name, file, values);
    return await new Promise((resolve, reject) => {
      execFile(program!, args, { cwd: place, env: environment, timeout: 120_000 }, (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else reject(new Error(`${name} failed: ${error.message}\n${stdout}\n${stderr}`));
      });
    });
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

/** Sends an example that shows a bare request: its first line, its headers, its body, and nothing else. */
export async function sends(name: string, host: string, values: Values): Promise<Answer> {
  const [first = "", ...rest] = filled(name, values).trimEnd().split("\n");
  const [method, path = ""] = first.split(" ");
  const begin = rest.findIndex((line) => line.startsWith("{"));
  const headers = Object.fromEntries(rest.slice(0, begin).map((line) => line.split(": ") as [string, string]));
  return ask(host, path, { method, headers, body: rest.slice(begin).join("\n") });
}

function command(name: string, file: string, values: Values): string[] {
  switch (extname(name)) {
    case ".sh":
      return ["bash", file];
    case ".mjs":
      return [process.execPath, "--import", join(folder, "harness/count-online.mjs"), file];
    case ".py":
      execFileSync(join(python, "prepare"), { stdio: ["ignore", "ignore", "inherit"] });
      return [join(python, ".venv/bin/python"), file];
    case ".php":
      return ["php", file];
    case ".go": {
      if (!name.startsWith("widgets/")) return ["go", "run", file];
      const main = join(dirname(file), "main.go");
      writeFileSync(main, filled("harness/push_widget_main.go", values));
      return ["go", "run", file, main];
    }
    default:
      throw new Error(`no interpreter for ${name}`);
  }
}
