/**
 * What a tool is, and what it may use: each takes of the parts those that it names. No tool knows
 * another: what several need has an owner in a room below.
 */

/**
 * @import { Axes } from "../chart/axes.js"
 * @import { Chart, Extra, PointDrag, PointPinch } from "../chart/chart.js"
 * @import { YAxis } from "../chart/axis-labels.js"
 * @import { Item, Point } from "../chart/overlay.js"
 * @import { Lanes } from "../chart/lanes.js"
 * @import { Picture as Drawn, Trace } from "../chart/points.js"
 * @import { Controls } from "../controls/controls.js"
 * @import { Selection } from "../controls/selection.js"
 * @import { View, Views } from "../controls/views.js"
 * @import { TimeCursors } from "../measurements/time-cursors.js"
 * @import { Config, Description } from "../protocol/description.js"
 * @import { Frame } from "../protocol/frames.js"
 * @import { Query } from "../protocol/recorded-requests.js"
 * @import { FullRate } from "../samples/full-rate.js"
 * @import { Newest } from "../samples/newest.js"
 * @import { Past } from "../samples/past.js"
 * @import { Record } from "../samples/record.js"
 * @import { Source } from "../samples/window-samples.js"
 * @import { ClockZone } from "../time/clock-zone.js"
 * @import { Frequencies } from "../spectrum/frequencies.js"
 * @import { Timeline } from "../time/timeline.js"
 * @import { Place } from "../trigger/placing.js"
 * @import { Triggering } from "../trigger/triggering.js"
 */

/**
 * @typedef {object} Seen what a picture was drawn of, besides its points
 * @property {number} window seconds
 * @property {Source} source
 * @property {Trace[]} plotted what is drawn in the plot, by signal; the rest stands in lanes
 * @property {YAxis[]} axes
 * @property {number[]} axisOf which of them a signal has, by signal
 *
 * @typedef {Drawn & Place & Seen} Picture x is in seconds from the right end; `edge + x` is the
 *   instant in seconds of the stream, and `zero` the x that is labelled 0
 *
 * @typedef {object} Screen what is on the screen
 * @property {Picture | null} picture that was drawn last; null before the first
 * @property {() => void} changed something that is seen, or kept in the address, is another
 * @property {() => void} redraw at the next frame, though no sample came
 * @property {() => void} themed colours are others
 * @property {() => void} keep what is seen in the address, now
 * @property {() => Mark[]} marks of all tools
 *
 * @typedef {{seconds: number, colour: string}} Mark an instant of the stream that stands in the bar of the history
 *
 * @typedef {object} Server what the page asks of it
 * @property {() => boolean} isAnswered whether it knows what is wanted
 * @property {() => void} askForView
 * @property {(query: Query, signal: AbortSignal) => AsyncGenerator<{[name: string]: unknown}>} crossing looks for a
 *   crossing in the recording: says where it is, and at last what it found
 *
 * @typedef {object} FirstParts what is there from the first picture on
 * @property {Config} config what the page was told of its stream
 * @property {Controls} controls
 * @property {Chart} chart of the signals over time
 * @property {Record} record what the page holds
 * @property {Past} past
 * @property {FullRate} fullRate
 * @property {Newest} newest the newest sample of each signal
 * @property {Timeline} timeline
 * @property {ClockZone} zone
 * @property {Selection} selection
 * @property {Axes} axes
 * @property {Lanes} lanes
 * @property {Views} views
 * @property {Screen} screen
 * @property {Server} server
 *
 * @typedef {FirstParts & {triggering: Triggering, cursors: TimeCursors, frequencies: Frequencies}} Parts
 *
 * @typedef {{[name: string]: string | undefined}} Restored texts of the address or the storage
 * @typedef {{[name: string]: string | number | null | undefined}} Kept
 */

/**
 * All of a tool's hooks are optional. They are called tool by tool, in the order of `later-tools.js`.
 * @typedef {object} Tool
 * @property {View[]} [views] that it shows
 * @property {(controls: Controls) => void} [bind] once: buttons, fields and keys
 * @property {(state: Restored) => void} [restore] the view, once it was bound
 * @property {() => Kept} [state] the view as short names and values, for the address and the storage
 * @property {(description: Description) => void} [described] the stream's description came
 * @property {() => void} [began] another epoch begins
 * @property {(by: number) => void} [shifted] a paused view goes on in seconds of another epoch, so many more
 * @property {() => void} [renamed] the stream has another name or slug, as `config` says by then
 * @property {(frame: Frame, now: number) => void} [data] a frame went into `record`
 * @property {() => void} [changedSignals] there are other signals
 * @property {() => void} [toggled] other signals are on
 * @property {() => void} [themed] colours are others
 * @property {() => void} [arranged] another view is shown
 * @property {(view: {now: number, edge: number, held: number | null}) => Place | null} [place] where the
 *   window stands; `held` is the right end of a frozen view. The first answer counts
 * @property {() => void} [resumed] what is live is shown again
 * @property {(picture: Picture) => Extra[]} [traces] besides those of the signals
 * @property {(picture: Picture) => Item[]} [overlay]
 * @property {(picture: Picture, now: number) => void} [drawn] after drawing
 * @property {() => Mark[]} [marks] instants of a paused view, for the bar of the history
 * @property {() => object} [wanted] further fields of the `view` message, such as a trigger
 * @property {(now: number) => void} [readings] texts, a few times a second
 * @property {(at: Point & {direction: "horizontal" | "vertical"}) => PointDrag | null} [grab] the first
 *   answer counts, here and in what follows
 * @property {(at: Point & {direction: "horizontal" | "vertical"}) => PointPinch | null} [pinch]
 * @property {(at: Point, steps: number) => boolean} [zoom] true where it was for this tool
 * @property {(seconds: number) => boolean} [scroll]
 * @property {(at: Point) => PointDrag | null} [box] a drag with shift
 * @property {(at: Point) => boolean} [menu] whether there is one
 * @property {(at: Point) => void} [twice] a double click; each tool is told of it, and of what follows
 * @property {(at: Point | null) => void} [hover] what is pointed to; null for nothing
 */

export {};
