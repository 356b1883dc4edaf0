/** The room around a plot: as much as its labels need, so that none is cut off. */

/**
 * @typedef {object} Needed widths of labels in CSS pixels
 * @property {number} left the widest of the left axis
 * @property {number} right the widest of the right axis; 0 where it has none
 * @property {number} end the last one of the x axis, which stands under the right end
 *
 * @typedef {{left: number, right: number, top: number, bottom: number}} Margins in CSS pixels
 */

/** A phone has less room. */
const MARGINS = { left: 64, right: 28, top: 16, bottom: 32 };
const PHONE_MARGINS = { left: 54, right: 26, top: 14, bottom: 26 };
/** From a label to the plot, and to the border. */
const GAP = 8;
const BORDER = 4;
/** Room grows in such steps, or the plot would move with each digit. */
const STEP = 10;

/** What axes have before anything is drawn. @type {Needed} */
export const NOTHING = { left: 0, right: 0, end: 0 };

/**
 * @param {boolean} isPhone
 * @param {Needed} needed
 * @returns {Margins}
 */
export function marginsFor(isPhone, { left, right, end }) {
  const margins = isPhone ? PHONE_MARGINS : MARGINS;
  const beside = right > 0 ? roomFor(margins.left, right + GAP + BORDER) : margins.right;
  return {
    ...margins,
    left: roomFor(margins.left, left + GAP + BORDER),
    right: roomFor(beside, end / 2 + BORDER),
  };
}

/** @param {number} least @param {number} needed */
function roomFor(least, needed) {
  return least + STEP * Math.max(0, Math.ceil((needed - least) / STEP));
}
