/** What the pointer does on a spectrum: wheel and fingers change the range, about the pointer; dragging sideways moves it. */

/** @import { Frequencies } from "./frequencies.js" */

/** @typedef {{x: number, along: number}} Place on the frequency axis, and as a share of it */

/** What a step of the wheel makes of the range. */
const ZOOM = 1.4;

/** @param {Frequencies} frequencies */
export function handsOf(frequencies) {
  return {
    /** @param {Place} at @param {number} steps */
    zoom: ({ x }, steps) => frequencies.zoom(ZOOM ** steps, x),
    /** @param {number} by on the axis */
    scroll: (by) => frequencies.scroll(by / (frequencies.axis.max - frequencies.axis.min)),
    /** @param {Place} at */
    pinch: ({ x }) => {
      let last = 1;
      const move = (/** @type {number} */ scale) => {
        frequencies.zoom(last / scale, x);
        last = scale;
      };
      return { move };
    },
    /** @param {Place & {direction: string}} at */
    grab: ({ direction, along }) => {
      if (direction !== "horizontal") return null;
      let last = along;
      const move = (/** @type {Place} */ to) => {
        frequencies.scroll(last - to.along);
        last = to.along;
      };
      return { move };
    },
  };
}
