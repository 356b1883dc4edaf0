/** Lanes: which signals stand in one, on which side of the plot, and what they say now. */

import { choiceOf, choose, isInLane } from "../samples/line.js";

/**
 * @import { Controls } from "../controls/controls.js"
 * @import { Parts, Restored } from "./parts.js"
 */

/** What a signal says before there is a value. */
const NOTHING = "no value yet";

export class Lanes {
  #parts;

  /** @param {Pick<Parts, "axes" | "controls" | "lanes" | "newest" | "screen" | "selection">} parts */
  constructor(parts) {
    this.#parts = parts;
  }

  /** @param {Controls} controls */
  bind(controls) {
    controls.choice("line-lane", (lane) => this.#choose(lane));
    controls.choice("lanes-side", (side) => this.#parts.lanes.place(side));
  }

  readings() {
    const { controls, lanes, selection } = this.#parts;
    controls.choose("line-lane", choiceOf(selection.signal?.key ?? "").lane);
    controls.choose("lanes-side", lanes.side);
    controls.show("lanes-where", lanes.areSeen);
    controls.text("lanes-now", this.#now);
  }

  /** What the lanes say now, for those who cannot see them. */
  get #now() {
    const { lanes, newest, selection } = this.#parts;
    const { signals, visible } = selection;
    return signals
      .flatMap((signal, k) => {
        if (!visible[k] || !isInLane(signal)) return [];
        const value = newest.value(k);
        return `${signal.name}: ${Number.isNaN(value) ? NOTHING : lanes.say(signal, value)}.`;
      })
      .join(" ");
  }

  state() {
    return this.#parts.lanes.state();
  }

  /** @param {Restored} state */
  restore(state) {
    this.#parts.lanes.restore(state);
  }

  /** @param {string} lane */
  #choose(lane) {
    const { axes, screen, selection } = this.#parts;
    if (selection.signal) choose(selection.signal.key, { lane });
    axes.refit();
    screen.changed();
  }
}
