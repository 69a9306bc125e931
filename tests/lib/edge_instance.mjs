// A second edge beside the stack's, on databases of its own, which a test may kill, start again and cut off. It runs as
// the stack's does: the same command with another port, folder and variables. Ends with the test, whatever happens.
import { spawn } from "node:child_process";
import { createWriteStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { demo } from "./demo.mjs";
import { until } from "./wait.mjs";

const START_MS = 60_000;

export async function freePort() {
  const server = createServer();
  await new Promise((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The variables that the stack's edge was started with, by name. */
function variablesOf(command) {
  const lines = readFileSync(command[command.indexOf("--env-file") + 1], "utf8").split("\n").filter(Boolean);
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 2, -1)]));
}

/** An edge that is not started yet. `change` gets the stack's variables and returns what shall differ. */
export async function edgeInstance(change = () => ({})) {
  const folder = mkdtempSync(join(tmpdir(), "groat-edge-"));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const variables = variablesOf(demo.wrangler_command);
  Object.assign(variables, { PUBLIC_URL: url }, change(variables));
  const file = join(folder, "edge.env");
  writeFileSync(file, Object.entries(variables).map(([name, value]) => `${name}='${value}'\n`).join(""));

  const [program, ...args] = [...demo.wrangler_command];
  for (const [flag, value] of [["--port", `${port}`], ["--persist-to", join(folder, "state")], ["--env-file", file]]) {
    args[args.indexOf(flag) + 1] = value;
  }
  let child;
  const answers = () => fetch(`${url}/openapi.json`, { signal: AbortSignal.timeout(5_000) }).then((answer) => answer.ok, () => false);

  /** Ends wrangler and all it started, at once and without a word of warning. */
  const kill = async () => {
    if (!child) return;
    const ended = child.exitCode !== null || child.signalCode !== null ? Promise.resolve() : new Promise((resolve) => child.once("exit", resolve));
    try {
      process.kill(-child.pid, "SIGKILL");
    } catch (error) {
      if (error.code !== "ESRCH") throw error;
    }
    await ended;
    child = undefined;
  };
  const atExit = () => child && process.kill(-child.pid, "SIGKILL");
  process.on("exit", atExit);

  return {
    url, folder, operator: variables.OPERATOR_TOKEN, kill, answers,
    log: join(folder, "edge.log"),
    async start() {
      const log = createWriteStream(this.log, { flags: "a" });
      await new Promise((resolve) => log.once("open", resolve));
      child = spawn(program, args, {
        cwd: demo.wrangler_cwd, detached: true, stdio: ["ignore", log, log],
        // What it leaves behind when it is killed lies with its databases and goes with them.
        env: { ...process.env, ...demo.wrangler_env, CLOUDFLARE_DEV_REGISTRY_PATH: join(folder, "registry"), TMPDIR: folder },
      });
      try {
        await until(`the edge on ${url}`, async () => (await answers()) || child.exitCode !== null, START_MS);
        if (child.exitCode !== null) throw new Error(`the edge ended with ${child.exitCode}`);
      } catch (error) {
        throw new Error(`${error.message}; its log ends:\n${readFileSync(this.log, "utf8").slice(-2_000)}`);
      }
    },
    /** Stops it for good and removes its databases. */
    async remove() {
      await kill();
      process.off("exit", atExit);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
