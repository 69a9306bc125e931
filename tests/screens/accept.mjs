// `cargo xtask screens --accept`: how every state looks now is what the tests expect from now on.
import { keep, lookAtAll, names, openWorld } from "./views.mjs";

const seen = new Map();
const failures = [];
const world = await openWorld();
await lookAtAll(world, (name, view) => seen.set(name, view), (what, error) => failures.push(`${what}: ${error.message}`));
await world.stop();
for (const failure of failures) console.error(failure);
if (failures.length || seen.size !== names.length) {
  console.error(`${seen.size} of ${names.length} views could be looked at: nothing is accepted`);
  process.exit(1);
}
console.log(`${seen.size} views are kept in ${keep(seen)}`);
