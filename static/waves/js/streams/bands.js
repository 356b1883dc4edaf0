/** Where the traces of a card stand: states one below the other, each in a band of its own, under all the rest. */

import { codesOf } from "../text/states.js";

/** @typedef {{min: number, max: number}} Range of what a card shows from its lower border to its upper one */

/** Of a card, what states take beside other traces; and of a band, what parts it from the next, at either side. */
const SHARE = 0.4;
const APART = 0.15;

/**
 * @param {{states?: Record<string, string>}[]} signals
 * @param {Range[]} ranges of each of them, were it alone
 * @returns {Range[]}
 */
export function banded(signals, ranges) {
  const named = signals.flatMap(({ states }, k) => (states ? [k] : []));
  if (named.length === 0) return ranges;
  const share = named.length === signals.length ? 1 : SHARE;
  return signals.map(({ states }, k) => {
    if (!states) return within(ranges[k], share, 1);
    const band = share / named.length;
    const from = share - band * (named.indexOf(k) + 1);
    const codes = codesOf(states);
    const whole = { min: codes[0], max: codes[codes.length - 1] };
    return within(whole, from + APART * band, from + (1 - APART) * band);
  });
}

/** The range of a card in which another fills a part, from and to in shares of the height. @param {Range} range @param {number} from @param {number} to @returns {Range} */
function within({ min, max }, from, to) {
  const height = (max - min || 1) / (to - from);
  const lowest = min - from * height;
  return Number.isFinite(height) ? { min: lowest, max: lowest + height } : { min, max };
}
