/** How much of the page there is: all of it, the picture on a wall, or the picture within a page of others. */

/** @import { Said } from "../protocol/description.js" */

/**
 * @typedef {"full" | "kiosk" | "bare"} Mode
 *
 * @typedef {object} Traits
 * @property {Mode} name
 * @property {boolean} hasControls whether there are buttons, keys and gestures, and a view that is kept
 * @property {boolean} isWall whether nobody is there: the screen stays on, the page renews itself and shows what is live
 */

/** What the server says of it, as `mode` of the page's configuration. @type {Record<Mode, Traits>} */
const MODES = {
  full: { name: "full", hasControls: true, isWall: false },
  kiosk: { name: "kiosk", hasControls: false, isWall: true },
  bare: { name: "bare", hasControls: false, isWall: false },
};

/** @param {Said} told what the page was told @returns {Traits} */
export function modeOf({ mode }) {
  return mode === "kiosk" || mode === "bare" ? MODES[mode] : MODES.full;
}
