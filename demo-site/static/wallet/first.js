// The wallet that a newcomer without MetaMask uses.
import { announce } from "./wallet.js";

await announce({ id: "first", name: "Groat Test Wallet", uuid: "3d0f7a2e-4c1b-4f6e-9a55-6f6d1a7be001", first: 0 });
