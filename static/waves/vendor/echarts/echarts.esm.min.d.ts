/** What `chart/chart.js` uses of ECharts: more of it is not typed here. */

/** A shape of the library, in its group. */
export interface Shape {
  attr(looks: object): void;
}
export interface Group extends Shape {
  add(shape: Shape): void;
  remove(shape: Shape): void;
  removeAll(): void;
  setClipPath(path: Shape): void;
}
/** Where shapes live. */
export interface Canvas {
  add(shape: Shape): void;
  flush(): void;
}
/** A way to draw, as the canvas hands it to a shape. */
export interface Path {
  moveTo(x: number, y: number): void;
  lineTo(x: number, y: number): void;
}
type Made<T = Shape> = new (options: object) => T;
export interface Graphic {
  Group: Made<Group>;
  Line: Made;
  Polygon: Made;
  Rect: Made;
  Text: Made;
  extendShape<S extends object>(options: { shape: S; buildPath: (path: Path, shape: S) => void }): Made;
}
export const graphic: Graphic;

export interface Chart {
  resize(options: { devicePixelRatio: number }): void;
  setOption(option: object, settings?: { silent?: boolean }): void;
  getOption(): object;
  getDevicePixelRatio(): number;
  getWidth(): number;
  getHeight(): number;
  getZr(): Canvas;
  renderToSVGString(): string;
  renderToCanvas(): HTMLCanvasElement;
  dispose(): void;
}
export function init(
  element: HTMLElement | null,
  theme: null,
  options: { renderer: "canvas" | "svg"; ssr?: boolean; width?: number; height?: number; devicePixelRatio?: number },
): Chart;
