// An edge on the runtime alone, without wrangler: it starts in a tenth of a second, so a test may kill it again and again.
// Its databases, address, variables, script and clock are its own. Ends with the test, whatever happens.
import { execFileSync, spawn } from "node:child_process";
import { cpSync, createWriteStream, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { demo } from "./demo.mjs";
import { freePort } from "./edge_instance.mjs";
import { until } from "./wait.mjs";

const START_MS = 60_000;
const CLOCK = fileURLToPath(new URL("../stand-ins/clock.rs", import.meta.url));

/**
 * An edge that is not started yet. `change` gets the stack's variables and returns what shall differ. With `clock`, its
 * time of day can be moved by `setClock`.
 */
export async function workerdInstance(change = () => ({}), { clock = false } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "groat-workerd-"));
  const [port, baseline] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${port}`;
  const variables = { ...demo.workerd_env, PUBLIC_URL: url };
  Object.assign(variables, change(variables));
  mkdirSync(join(folder, "state"));
  const [program, ...words] = demo.workerd_command;
  let config = words.pop();
  const moved = clock ? movableClock(folder) : undefined;
  let child;

  const args = () => [
    ...words, "--socket-addr", `edge=127.0.0.1:${port}`, "--socket-addr", `baseline=127.0.0.1:${baseline}`,
    "--directory-path", `data=${join(folder, "state")}`, config,
  ];
  const answers = () => fetch(`${url}/openapi.json`, { signal: AbortSignal.timeout(5_000) }).then((answer) => answer.ok, () => false);
  const isUp = () => child !== undefined && child.exitCode === null && child.signalCode === null;

  /** Ends it at once and without a word of warning. */
  const kill = async () => {
    if (!child) return;
    const ended = isUp() ? new Promise((resolve) => child.once("exit", resolve)) : Promise.resolve();
    child.kill("SIGKILL");
    await ended;
    child = undefined;
  };
  const atExit = () => child?.kill("SIGKILL");
  process.on("exit", atExit);

  return {
    url, folder, operator: variables.OPERATOR_TOKEN, baseline: `http://127.0.0.1:${baseline}`, log: join(folder, "edge.log"),
    kill, answers, isUp,
    async start() {
      const log = createWriteStream(this.log, { flags: "a" });
      await new Promise((resolve) => log.once("open", resolve));
      const env = { ...process.env, ...variables, ...moved?.environment };
      child = spawn(program, args(), { stdio: ["ignore", log, log], env });
      const started = child;
      try {
        await until(`the edge on ${url}`, async () => started.exitCode !== null || (await answers()), START_MS, 20);
        if (started.exitCode !== null) throw new Error(`the edge ended with ${started.exitCode}`);
      } catch (error) {
        throw new Error(`${error.message}; its log ends:\n${readFileSync(this.log, "utf8").slice(-2_000)}`);
      }
    },
    /** Another build from the next start on: the same script under another name and with a mark, as a deployment brings it. */
    deploy(mark) {
      const next = join(folder, `script-${mark}`);
      cpSync(dirname(config), next, { recursive: true });
      const script = join(next, "index.js");
      writeFileSync(script, `// ${mark}\n${readFileSync(script, "utf8")}`);
      config = join(next, "config.capnp");
    },
    /** Moves its time of day by so much from the true one, at once. */
    setClock: (offset_ms) => moved.set(offset_ms),
    /** Ends it for good and removes its databases. */
    async remove() {
      await kill();
      process.off("exit", atExit);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Builds the shim and a file that it reads; says what the edge's environment needs. */
function movableClock(folder) {
  const [library, file] = [join(folder, "clock.so"), join(folder, "clock")];
  execFileSync("rustc", ["--edition", "2024", "-O", "-C", "panic=abort", "--crate-type", "cdylib", CLOCK, "-o", library], { stdio: "inherit" });
  writeFileSync(file, Buffer.alloc(4096));
  const opened = openSync(file, "r+");
  return {
    environment: { LD_PRELOAD: library, GROAT_CLOCK: file },
    set(offset_ms) {
      const bytes = Buffer.alloc(8);
      bytes.writeBigInt64LE(BigInt(offset_ms));
      writeSync(opened, bytes, 0, 8, 0);
    },
  };
}
