/** The view in the plot: signals over time, over frequency, or as numbers. */

const NAMES = ["time", "spectrum", "table"];

export class Views {
  constructor(scope) {
    this.scope = scope;
    this.name = NAMES[0];
  }

  bind(controls) {
    for (const name of NAMES) controls.click(`view-${name}`, () => this.show(name));
    controls.keys({ v: () => this.show(NAMES[(NAMES.indexOf(this.name) + 1) % NAMES.length]) });
    this.#arrange();
  }

  /** The chart that is seen, or null. */
  get chart() {
    const { chart, tools } = this.scope;
    return { time: chart, spectrum: tools.spectrum.chart }[this.name] ?? null;
  }

  show(name) {
    this.name = name;
    this.#arrange();
    this.scope.changed();
  }

  state() {
    return this.name === NAMES[0] ? {} : { view: this.name };
  }

  restore({ view }) {
    if (NAMES.includes(view)) this.name = view;
    this.#arrange();
  }

  #arrange() {
    const { controls, chart } = this.scope;
    for (const name of NAMES) controls.press(`view-${name}`, name === this.name);
    controls.show("spectrum-panel", this.name === "spectrum");
    controls.show("spectrum-options", this.name === "spectrum");
    controls.show("table-panel", this.name === "table");
    chart.cover(this.name !== "time");
  }
}
