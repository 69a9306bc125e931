// Chance that a seed repeats: what is drawn, not when the machine gets to it.

/** A generator (xorshift, 32 bits) with what tests draw of it. */
export function seeded(seed) {
  let state = (Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) >>> 0) || 1;
  const next = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state = (state ^ (state << 5)) >>> 0;
    return state / 2 ** 32;
  };
  const between = (least, most) => least + Math.floor(next() * (most - least + 1));
  return {
    between,
    chance: (share) => next() < share,
    pick: (list) => list[between(0, list.length - 1)],
    /** A generator of its own, so that what one draws does not change what another does. */
    fork: () => seeded(between(1, 2 ** 31)),
  };
}
