/**
 * Where a sweep begins: the trigger of an oscilloscope, fed with whatever samples are new.
 *
 * `waves/dsp/trigger.py` is the same for the hub; both read the cases of
 * `waves/tests/dsp/golden_triggers.json` and find the same positions to the last bit.
 *
 * Everything is made of crossings. A rising one is armed by a sample below level − hysteresis, and
 * lies where the straight line between two samples reaches `level`; a falling one is its mirror
 * image. A sample equal to the level has reached it. Whatever is missing (a jump of the index, or
 * a value that is not finite) disarms, so that no crossing is found across a hole. A window is
 * entered by a rising crossing of `low` or a falling one of `high`, and left by the others; so a
 * jump over the whole of it does both.
 *
 * Linear interpolation is what the screen draws between two samples, so the drawn line crosses
 * the level at the trigger exactly, and a sine stands still. The crossing of the sine itself is up
 * to ω² / (36 √3) samples away where it passes its mean (ω: radians per sample): 0.0016 samples
 * at 20 samples a period.
 *
 * A line that goes on over a missing value does not disarm there: joined, it is crossed on the straight
 * line to the next value. One of steps, or of held values, crosses a level at the sample behind the step;
 * that only the page knows, the server gives the samples on either side.
 */

/**
 * @import { Values } from "../protocol/frames.js"
 * @import { Line } from "../samples/line.js"
 */

/** @typedef {Pick<Line, "shape" | "missing">} Course the part of a line that a trigger depends on */

/**
 * @typedef {object} TriggerSettings with the names, meanings and defaults of Python's `TriggerSettings`
 * @property {"edge" | "pulse" | "window"} kind
 * @property {"rising" | "falling" | "either"} slope
 * @property {number} level
 * @property {number | null} hysteresis null for none, where nobody chose one
 * @property {number} holdoff no trigger comes sooner than these seconds after the last one
 * @property {"positive" | "negative"} polarity
 * @property {number} longer seconds between which the width of a pulse lies; null for no upper bound
 * @property {number | null} shorter
 * @property {"entering" | "leaving"} direction
 * @property {number} low
 * @property {number} high
 */

/**
 * @typedef {{sample: number, fraction: number}} Position `fraction` of a sample, in [0, 1), after the index `sample`
 */

/** @type {Readonly<TriggerSettings>} */
export const DEFAULTS = Object.freeze({
  kind: "edge",
  slope: "rising",
  level: 0,
  hysteresis: null,
  holdoff: 0,
  polarity: "positive",
  longer: 0,
  shorter: null,
  direction: "entering",
  low: -1,
  high: 1,
});

/**
 * Crossings within the holdoff are ignored; arming goes on. A pulse triggers at its end, when its
 * width is known: for `longer`, too, there is no time-out while it lasts. What is found does not
 * depend on how the samples are cut into blocks.
 */
export class Trigger {
  #edges;
  #pulses;
  #holdoff;
  #before = NaN;
  #beforeAt = NaN;
  #isStep;
  #goesOn;
  /** @type {Position | null} */
  #last = null;
  /** Index of the first sample that was not fed. */
  next = 0;

  /**
   * @param {Partial<TriggerSettings>} settings what differs from `DEFAULTS`
   * @param {number} rate samples per second; on a timed clock the mean, so that widths and
   *   holdoff are approximate there
   * @param {Course} [line]
   */
  constructor(settings, rate, { shape, missing } = { shape: "linear", missing: "hole" }) {
    const all = { ...DEFAULTS, ...settings };
    this.#edges = edgesOf(all);
    this.#pulses = all.kind === "pulse" ? new Pulses(all, rate) : null;
    this.#holdoff = all.holdoff * rate;
    this.#goesOn = missing !== "hole" && shape !== "points";
    this.#isStep = shape === "step" || (this.#goesOn && missing === "held");
  }

  /** Forget everything, as at the beginning of an epoch. */
  reset() {
    this.next = 0;
    this.#before = NaN;
    this.#last = null;
    this.#disarm();
  }

  /**
   * Take the samples `values[from]` to before `values[to]`, the first having the index `first`.
   * A jump ahead disarms; going back begins anew.
   * @param {number} first
   * @param {Values | number[]} values
   * @param {number} [from]
   * @param {number} [to]
   * @returns {Position[]} the triggers that they complete, in order:
   *   `fraction` of a sample, in [0, 1), after the index `sample`
   */
  feed(first, values, from = 0, to = values.length) {
    if (first < this.next) this.reset();
    else if (first > this.next) this.#disarm();
    /** @type {Position[]} */
    const found = [];
    const edges = this.#edges;
    for (let at = from; at < to; at += 1) {
      const value = values[at];
      // Neither NaN nor an infinity has a difference of 0 to itself.
      if (value - value !== 0) {
        if (!this.#goesOn) this.#disarm();
        continue;
      }
      const index = first + at - from;
      for (let k = 0; k < edges.length; k += 1) {
        if (edges[k].completes(value)) this.#crossed(edges[k], index, value, found);
      }
      this.#before = value;
      this.#beforeAt = index;
    }
    this.next = first + to - from;
    return found;
  }

  #disarm() {
    for (let k = 0; k < this.#edges.length; k += 1) this.#edges[k].armed = false;
    this.#pulses?.disarm();
  }

  /**
   * @param {Edge} edge
   * @param {number} index
   * @param {number} after
   * @param {Position[]} found
   */
  #crossed(edge, index, after, found) {
    const position = this.#isStep
      ? { sample: index, fraction: 0 }
      : positionOf(edge.level, index, after, this.#before, this.#beforeAt);
    if (this.#pulses && !this.#pulses.ends(position, edge.rising)) return;
    if (this.#last && distance(this.#last, position) < this.#holdoff) return;
    this.#last = position;
    found.push(position);
  }
}

/** Crossings of one level in one direction. */
class Edge {
  #sign;
  #level;
  #arm;

  /** @param {number} level @param {number | null} hysteresis @param {boolean} rising */
  constructor(level, hysteresis, rising) {
    this.level = level;
    this.rising = rising;
    this.armed = false;
    this.#sign = rising ? 1 : -1;
    this.#level = level * this.#sign;
    this.#arm = this.#level - (hysteresis ?? 0);
  }

  /** Whether `value` is the first to reach the level since the edge was armed. @param {number} value */
  completes(value) {
    const height = value * this.#sign;
    if (height < this.#arm) this.armed = true;
    else if (this.armed && height >= this.#level) {
      this.armed = false;
      return true;
    }
    return false;
  }
}

/** A pulse is two crossings in succession, one of each slope, without a hole between them. */
class Pulses {
  #longer;
  #shorter;
  #endsRising;
  /** @type {Position | null} */
  #begin = null;
  #beganRising = false;

  /** @param {TriggerSettings} settings @param {number} rate samples per second */
  constructor({ polarity, longer, shorter }, rate) {
    this.#longer = longer * rate;
    this.#shorter = (shorter ?? Infinity) * rate;
    this.#endsRising = polarity === "negative";
  }

  disarm() {
    this.#begin = null;
  }

  /**
   * Whether the crossing ends a pulse of the right polarity and width.
   * @param {Position} position
   * @param {boolean} rising
   */
  ends(position, rising) {
    const width = this.#begin && this.#beganRising !== rising ? distance(this.#begin, position) : NaN;
    this.#begin = position;
    this.#beganRising = rising;
    return rising === this.#endsRising && width > this.#longer && width < this.#shorter;
  }
}

/**
 * The one or two edges that settings are made of; no sample completes both.
 * @param {TriggerSettings} settings
 */
function edgesOf({ kind, slope, level, hysteresis, direction, low, high }) {
  if (kind === "window") {
    const entering = direction === "entering";
    return [new Edge(low, hysteresis, entering), new Edge(high, hysteresis, !entering)];
  }
  const both = kind === "pulse" || slope === "either";
  const slopes = both ? [true, false] : [slope === "rising"];
  return slopes.map((rising) => new Edge(level, hysteresis, rising));
}

/**
 * Where the line to the sample at `index` from the last one that has a value is at `level`.
 * @param {number} level
 * @param {number} index
 * @param {number} after
 * @param {number} before
 * @param {number} beforeAt its index
 */
function positionOf(level, index, after, before, beforeAt) {
  const fraction = (level - before) / (after - before);
  if (!(fraction < 1)) return { sample: index, fraction: 0 };
  if (index - beforeAt === 1) return { sample: beforeAt, fraction };
  const along = fraction * (index - beforeAt);
  return { sample: beforeAt + Math.floor(along), fraction: along % 1 };
}

/**
 * Samples from one position to a later one; indices first, because they may be large.
 * @param {Position} former
 * @param {Position} position
 */
function distance(former, position) {
  return position.sample - former.sample + (position.fraction - former.fraction);
}
