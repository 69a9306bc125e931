// One of the bench's sections that need a driver: `node tests/bench/main.mjs sale|lists|push`. Exit 3: a promise is broken.
import { checkout } from "./checkout.mjs";
import { lists } from "./lists.mjs";
import { push } from "./push.mjs";
import { sale } from "./sale.mjs";

/** As xtask reads it; 1 is what Node itself exits with when a script throws. */
const BROKEN = 3;

const section = { sale, lists, push, checkout }[process.argv[2]];
if (!section) throw new Error("which section? sale, lists, push or checkout");
const kept = await section();
process.exit(kept ? 0 : BROKEN);
