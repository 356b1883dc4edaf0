/** Where lanes stand: above or below the plot, or in all of its room where nothing is drawn in it. */

import { grown } from "../text/fitting.js";

/** @import { Values } from "../protocol/frames.js" */

/**
 * @typedef {"above" | "below"} Side
 *
 * @typedef {object} Lane
 * @property {number} k place of the signal
 * @property {string} name
 * @property {string} colour
 * @property {Values} points of its line
 * @property {(value: number) => number} tint
 * @property {(value: number) => string} say what a value is called
 *
 * @typedef {object} Lanes
 * @property {Lane[]} lanes from the top down
 * @property {Side} side
 * @property {boolean} isAlone whether nothing is left for the plot
 *
 * @typedef {object} Place of lanes, in pixels of the element
 * @property {number} x
 * @property {number} y
 * @property {number} width
 * @property {number} height of all of them
 * @property {number} lane height of one, with what parts it from the next
 * @property {number} gap
 *
 * @typedef {{x: number, y: number, width: number, height: number}} Plot
 *
 * @typedef {object} Layout
 * @property {Plot} plot
 * @property {Place | null} lanes
 */

/** @type {Readonly<Lanes>} */
export const NO_LANES = Object.freeze({ lanes: [], side: "above", isAlone: false });
/** CSS pixels of a lane: as high as a name needs; many of them share what there is. */
const LANE = 26;
/** The same where nothing else is drawn. */
const LARGE = 64;
/** Of the room, what lanes may take beside traces. */
const SHARE = 0.6;
/** CSS pixels between lanes, and between them and the plot. */
const GAP = 4;
const APART = 10;
/** Lanes below stand under the labels of the time axis. */
const LABELS = 22;

/**
 * @param {Plot} room of plot and lanes together, without labels
 * @param {number} count of lanes
 * @param {Side} side
 * @param {boolean} isAlone whether nothing is drawn in the plot
 * @returns {Layout}
 */
export function layoutOf(room, count, side, isAlone) {
  if (count === 0) return { plot: room, lanes: null };
  const { x, width } = room;
  if (isAlone) {
    const lane = Math.min(grown(LARGE), room.height / count);
    return { plot: room, lanes: { x, width, y: room.y, height: lane * count, lane, gap: gapOf(lane) } };
  }
  const [apart, labels] = [grown(APART), grown(LABELS)];
  const lane = Math.min(grown(LANE), (SHARE * room.height) / count);
  const height = lane * count;
  const lanes = { x, width, height, lane, gap: gapOf(lane) };
  const rest = room.height - height - apart;
  if (side === "above") {
    return { plot: { ...room, y: room.y + height + apart, height: rest }, lanes: { ...lanes, y: room.y } };
  }
  const plot = { ...room, height: rest - labels + apart };
  return { plot, lanes: { ...lanes, y: plot.y + plot.height + labels } };
}

/** @param {number} lane */
function gapOf(lane) {
  return Math.min(grown(GAP), lane / 4);
}

/** @param {Layout} layout @param {number} down pixels @returns {Layout} */
export function moved({ plot, lanes }, down) {
  return { plot: { ...plot, y: plot.y + down }, lanes: lanes && { ...lanes, y: lanes.y + down } };
}
