/** A picture as it stands, drawn once more for a file, under a caption. */

import * as echarts from "../../vendor/echarts/echarts.esm.min.js";
import { TYPE } from "./axis-options.js";
import { ClockMarks } from "./clock-marks.js";
import { captionHeight, captionShapes } from "./export-caption.js";
import { LaneShapes } from "./lane-shapes.js";
import { Overlay } from "./overlay.js";
import { TraceShapes } from "./trace-shapes.js";

/**
 * @import { Clock } from "./clock-marks.js"
 * @import { Caption } from "./export-caption.js"
 * @import { Lane } from "./lane-layout.js"
 * @import { Item, Scales } from "./overlay.js"
 * @import { Drawn } from "./trace-shapes.js"
 */

/**
 * @typedef {object} Standing a picture as it stands
 * @property {object} option of the chart
 * @property {{left: number, right: number, top: number, bottom: number}} grid
 * @property {number} width CSS pixels
 * @property {number} height
 * @property {(down: number) => Scales} scales where everything stands so many pixels lower
 * @property {Clock | null} clock
 * @property {Lane[]} lanes
 * @property {Drawn[]} traces
 * @property {Item[]} items
 */

/**
 * @param {"svg" | "canvas"} renderer
 * @param {Caption | null} caption
 * @param {Standing} picture
 */
export function copyOf(renderer, caption, { option, grid, width, scales, clock, lanes, traces, items, ...picture }) {
  const space = caption ? captionHeight(caption, width) : 0;
  const height = picture.height + space;
  const size = { width, height, devicePixelRatio: Math.max(2, devicePixelRatio) };
  const ssr = renderer === "svg";
  const copy = echarts.init(ssr ? null : document.createElement("div"), null, { renderer, ssr, ...size });
  copy.setOption({ ...option, grid: { ...grid, top: grid.top + space, outerBoundsMode: "none" } });
  const lower = scales(space);
  const zr = copy.getZr();
  new ClockMarks(zr, echarts.graphic, TYPE).draw(clock, lower);
  new LaneShapes(zr, echarts.graphic).draw(lanes, lower.lanes ?? null, lower);
  new TraceShapes(zr, echarts.graphic).draw(traces, lower);
  new Overlay(zr, echarts.graphic).draw(items, lower);
  const shapes = caption ? captionShapes(caption, echarts.graphic, { ...lower, width }) : [];
  for (const shape of shapes) zr.add(shape);
  zr.flush();
  return { copy, width, height };
}
