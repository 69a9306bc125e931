// A price stand-in of a test's own, so that exchanges can fail without spoiling what others see.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export async function startRates() {
  const child = spawn(process.execPath, [fileURLToPath(new URL("../stand-ins/rates.mjs", import.meta.url))], { stdio: ["ignore", "pipe", "inherit"] });
  const kill = () => child.kill("SIGKILL");
  process.on("exit", kill);
  const line = await new Promise((resolve, reject) => {
    createInterface(child.stdout).once("line", resolve);
    child.once("exit", () => reject(new Error("the price stand-in did not start")));
  });
  const url = `http://127.0.0.1:${JSON.parse(line).port}`;
  const control = async (body) => {
    const answer = await fetch(`${url}/control`, { method: "POST", body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(await answer.text());
  };
  return {
    url,
    /** One exchange, or all of them, answers in another way: `ok`, `down`, `garbage`, or `scale` with a factor. */
    set: (source, mode, more = {}) => control({ source, mode, ...more }),
    stop() {
      process.off("exit", kill);
      child.kill("SIGTERM");
    },
  };
}
