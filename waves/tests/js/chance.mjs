/** Chance that is the same in every run, for properties that hold of any noise. */

/** Numbers in (0, 1) from a seed: the generator mulberry32. @param {number} seed */
export function chance(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (((mixed ^ (mixed >>> 14)) >>> 0) + 0.5) / 4294967296;
  };
}

/** Normal noise of deviation 1. @param {() => number} next */
export function normal(next) {
  return Math.sqrt(-2 * Math.log(next())) * Math.cos(2 * Math.PI * next());
}

/** @param {number} count @param {(index: number) => number} of */
export function sampled(count, of) {
  return Float64Array.from({ length: count }, (_, index) => of(index));
}
