// A second wallet, for pages where the buyer has a choice.
import { announce } from "./wallet.js";

await announce({ id: "second", name: "Second Test Wallet", uuid: "3d0f7a2e-4c1b-4f6e-9a55-6f6d1a7be002", first: 1 });
