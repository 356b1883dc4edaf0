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
 */

/** Settings have the names, meanings and defaults of Python's `TriggerSettings`. */
export const DEFAULTS = Object.freeze({
  kind: "edge", // "pulse", "window"
  slope: "rising", // "falling", "either"
  level: 0,
  hysteresis: 0,
  /** No trigger comes sooner than these seconds after the last one. */
  holdoff: 0,
  polarity: "positive", // "negative"
  /** Seconds between which the width of a pulse lies; null for no upper bound. */
  longer: 0,
  shorter: null,
  direction: "entering", // "leaving"
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
  #before;
  #last;

  /**
   * @param {object} settings what differs from `DEFAULTS`
   * @param {number} rate samples per second; on a timed clock the mean, so that widths and
   *   holdoff are approximate there
   */
  constructor(settings, rate) {
    const all = { ...DEFAULTS, ...settings };
    this.#edges = edgesOf(all);
    this.#pulses = all.kind === "pulse" ? new Pulses(all, rate) : null;
    this.#holdoff = all.holdoff * rate;
    this.reset();
  }

  /** Forget everything, as at the beginning of an epoch. */
  reset() {
    /** Index of the first sample that was not fed. */
    this.next = 0;
    this.#before = NaN;
    this.#last = null;
    this.#disarm();
  }

  /**
   * Take the samples `values[from]` to before `values[to]`, the first having the index `first`.
   * A jump ahead disarms; going back begins anew.
   * @returns {{sample: number, fraction: number}[]} the triggers that they complete, in order:
   *   `fraction` of a sample, in [0, 1), after the index `sample`
   */
  feed(first, values, from = 0, to = values.length) {
    if (first < this.next) this.reset();
    else if (first > this.next) this.#disarm();
    const found = [];
    const edges = this.#edges;
    let before = this.#before;
    for (let at = from; at < to; at += 1) {
      const value = values[at];
      // Neither NaN nor an infinity has a difference of 0 to itself.
      if (value - value !== 0) this.#disarm();
      else {
        for (let k = 0; k < edges.length; k += 1) {
          if (edges[k].completes(value)) this.#crossed(edges[k], first + at - from, before, value, found);
        }
      }
      before = value;
    }
    this.#before = before;
    this.next = first + to - from;
    return found;
  }

  #disarm() {
    for (let k = 0; k < this.#edges.length; k += 1) this.#edges[k].armed = false;
    this.#pulses?.disarm();
  }

  #crossed(edge, index, before, after, found) {
    const position = positionOf(edge.level, index, before, after);
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

  constructor(level, hysteresis, rising) {
    this.level = level;
    this.rising = rising;
    this.armed = false;
    this.#sign = rising ? 1 : -1;
    this.#level = level * this.#sign;
    this.#arm = this.#level - hysteresis;
  }

  /** Whether `value` is the first to reach the level since the edge was armed. */
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
  #begin = null;
  #beganRising = false;

  constructor({ polarity, longer, shorter }, rate) {
    this.#longer = longer * rate;
    this.#shorter = (shorter ?? Infinity) * rate;
    this.#endsRising = polarity === "negative";
  }

  disarm() {
    this.#begin = null;
  }

  /** Whether the crossing ends a pulse of the right polarity and width. */
  ends(position, rising) {
    const width = this.#begin && this.#beganRising !== rising ? distance(this.#begin, position) : NaN;
    this.#begin = position;
    this.#beganRising = rising;
    return rising === this.#endsRising && width > this.#longer && width < this.#shorter;
  }
}

/** The one or two edges that settings are made of; no sample completes both. */
function edgesOf({ kind, slope, level, hysteresis, direction, low, high }) {
  if (kind === "window") {
    const entering = direction === "entering";
    return [new Edge(low, hysteresis, entering), new Edge(high, hysteresis, !entering)];
  }
  const both = kind === "pulse" || slope === "either";
  const slopes = both ? [true, false] : [slope === "rising"];
  return slopes.map((rising) => new Edge(level, hysteresis, rising));
}

/** Where the line to the sample at `index` from the one before it is at `level`. */
function positionOf(level, index, before, after) {
  const fraction = (level - before) / (after - before);
  return fraction < 1 ? { sample: index - 1, fraction } : { sample: index, fraction: 0 };
}

/** Samples from one position to a later one; indices first, because they may be large. */
function distance(former, position) {
  return position.sample - former.sample + (position.fraction - former.fraction);
}
