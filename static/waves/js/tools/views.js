/** The view in the plot: signals over time, over frequency, both, or as numbers. */

/** In the order of the buttons; "split" is time over spectrum. */
const NAMES = ["time", "split", "spectrum", "table"];

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

  /** Whether signals over time are seen, over frequency, as numbers. */
  get shown() {
    const is = (...names) => names.includes(this.name);
    return { time: is("time", "split"), spectrum: is("spectrum", "split"), table: is("table") };
  }

  /** The charts that are seen, from the top down. */
  get charts() {
    const { chart, tools } = this.scope;
    const { time, spectrum } = this.shown;
    return [time && chart, spectrum && tools.spectrum.chart].filter(Boolean);
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
    const { time, spectrum, table } = this.shown;
    for (const name of NAMES) controls.press(`view-${name}`, name === this.name);
    document.getElementById("plot").dataset.view = this.name;
    controls.show("spectrum-panel", spectrum);
    controls.show("spectrum-options", spectrum);
    controls.show("table-panel", table);
    chart.cover(!time);
  }
}
