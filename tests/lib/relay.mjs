// A relay of a test's own, as a process of its own; the stand-in says what it is and is not.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** Tells the stand-in at `url` something; answers what it has seen. */
export async function control(url, body = {}) {
  const answer = await fetch(`${url.replace("ws:", "http:")}/control`, { method: "POST", body: JSON.stringify(body) });
  return answer.json();
}

export async function startRelay() {
  const child = spawn(process.execPath, [fileURLToPath(new URL("../stand-ins/relay.mjs", import.meta.url))], { stdio: ["ignore", "pipe", "inherit"] });
  const kill = () => child.kill("SIGKILL");
  process.on("exit", kill);
  const line = await new Promise((resolve, reject) => {
    createInterface(child.stdout).once("line", resolve);
    child.once("exit", () => reject(new Error("the relay's stand-in did not start")));
  });
  const { port } = JSON.parse(line);
  return {
    url: `ws://127.0.0.1:${port}`,
    /** What the stand-in can be told; answers what it has seen. */
    control: (body) => control(`ws://127.0.0.1:${port}`, body),
    stop() {
      process.off("exit", kill);
      child.kill("SIGTERM");
    },
  };
}
