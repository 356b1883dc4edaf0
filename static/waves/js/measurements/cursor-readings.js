/** What is read at an instant of a picture: the value of each signal, and the rows that say so beside a cursor. */

import { lineOf, longestOf } from "../samples/line.js";
import { fitted } from "../text/fitting.js";
import { roughInstant } from "../text/instants.js";
import { spanText } from "../text/quantities.js";
import { DIGITS, valueText } from "./cursor-texts.js";
import { valueAt } from "./cursor-values.js";

/**
 * @import { Signal } from "../protocol/description.js"
 * @import { Record } from "../samples/record.js"
 * @import { Source } from "../samples/window-samples.js"
 */

/**
 * @typedef {object} World what is read, and how it is seen
 * @property {Record} record
 * @property {{signals: Signal[], visible: boolean[]}} selection
 * @property {{divisionOf: (k: number) => number}} axes
 * @property {{plotWidth: number, colourOf: (signal: Signal, k: number) => string}} chart
 * @property {{perDivision: number}} timeline
 * @property {{wallTime: (seconds: number) => number}} past
 * @property {{ofFiles: "local" | "utc"}} zone
 *
 * @typedef {{edge: number, zero: number, source: Source}} Seen a picture
 *
 * @typedef {{text: string, colour: string}} Row
 */

/** Seconds of a division from which on one asks when that was. */
const DATED = 60;
/** Values that stand at a cursor in the plot; the panel has them all. */
const MOST = 8;
/** In a plot that is narrower (CSS pixels) they stand without the names of their signals. */
const NAMED = 560;
/** Characters of a name that stand in the plot. */
const NAME = 14;

export class CursorReadings {
  #world;

  /** @param {World} world */
  constructor(world) {
    this.#world = world;
  }

  /** The value of a signal at an x of a picture; NaN where it is off. @param {Seen} seen @param {number} x @param {number} k */
  valueAt({ edge, source }, x, k) {
    const { record, selection } = this.#world;
    if (!selection.visible[k]) return { low: NaN, high: NaN };
    const longest = record.description ? longestOf(record.description) : Infinity;
    return valueAt(source, k, edge + x, lineOf(selection.signals[k]), longest);
  }

  /** The time at an x, and the value of each signal there. @param {Seen} seen @param {number} x @param {number} [most] signals @returns {Row[]} */
  rowsAt(seen, x, most = MOST) {
    const { axes, chart, selection } = this.#world;
    const { signals, visible } = selection;
    const shown = signals.flatMap((_, k) => (visible[k] ? [k] : []));
    const fit = shown.length > most ? shown.slice(0, most - 1) : shown;
    const isNamed = shown.length > 1 && chart.plotWidth >= NAMED;
    const rows = fit.map((k) => {
      const text = valueText(this.valueAt(seen, x, k), signals[k], axes.divisionOf(k));
      const name = isNamed ? `${fitted(signals[k].name, NAME, (part) => part.length)} ` : "";
      return { text: name + text, colour: chart.colourOf(signals[k], k) };
    });
    const time = { text: this.#timeText(seen, x), colour: "--text" };
    const left = shown.length - fit.length;
    return [time, ...rows, ...(left > 0 ? [{ text: `and ${left} more`, colour: "--dim" }] : [])];
  }

  /** Seconds from the label 0; in a window of minutes the date and the time, too. @param {Seen} seen @param {number} x */
  #timeText({ edge, zero }, x) {
    const { past, timeline, zone } = this.#world;
    const { perDivision } = timeline;
    const span = spanText(x - zero, DIGITS, perDivision);
    if (perDivision < DATED) return span;
    const now = Date.now() / 1000;
    return `${roughInstant(past.wallTime(edge + x), zone.ofFiles, now, perDivision)} · ${span}`;
  }
}
