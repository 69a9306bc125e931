// An invoice's WebSocket, heard from outside any page.
import { after } from "node:test";
import { WebSocket } from "ws";
import { demo } from "./demo.mjs";

const opened = [];
// Those of tests that failed too: an open socket would keep the file from ending.
if (process.env.NODE_TEST_CONTEXT) after(() => opened.forEach((socket) => socket.terminate()));

/** Everything an invoice's WebSocket says, in order. */
export async function follow(invoice, edge = demo.edge) {
  const socket = new WebSocket(`${edge.replace(/^http/, "ws")}/v1/invoices/${invoice}/events`);
  opened.push(socket);
  const snapshots = [];
  socket.on("message", (data) => snapshots.push(JSON.parse(data.toString())));
  await new Promise((resolve, reject) => {
    socket.once("open", resolve);
    socket.once("error", reject);
  });
  return { snapshots, socket, close: () => socket.terminate() };
}
