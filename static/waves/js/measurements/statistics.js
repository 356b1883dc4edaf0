/** What a measurement was over time: current, mean, min, max and count, until reset. */

/** Of one number. Values that do not exist (NaN) are shown as current, and not counted. */
export class Running {
  current = NaN;
  mean = NaN;
  min = NaN;
  max = NaN;
  count = 0;

  reset() {
    this.current = NaN;
    this.mean = NaN;
    this.min = NaN;
    this.max = NaN;
    this.count = 0;
  }

  /** @param {number} value */
  add(value) {
    this.current = value;
    if (Number.isNaN(value)) return;
    this.count += 1;
    // Welford's update: a sum would lose digits over hours.
    this.mean = this.count === 1 ? value : this.mean + (value - this.mean) / this.count;
    this.min = this.count === 1 ? value : Math.min(this.min, value);
    this.max = this.count === 1 ? value : Math.max(this.max, value);
  }
}

/** Of every selected measurement. A key says which: "<signal>/<measurement>", or what one likes. */
export class Statistics {
  /** @type {Map<string, Running>} */
  #running = new Map();

  /**
   * Keep these keys: new ones begin, those that are no longer selected are forgotten.
   * @param {string[]} keys
   */
  select(keys) {
    this.#running = new Map(keys.map((key) => [key, this.#running.get(key) ?? new Running()]));
  }

  /** @param {Record<string, number>} values the latest by key; keys not selected are passed over */
  add(values) {
    for (const [key, running] of this.#running) {
      if (key in values) running.add(values[key]);
    }
  }

  /** The `Running` of a selected key. @param {string} key */
  of(key) {
    return this.#running.get(key);
  }

  reset() {
    for (const running of this.#running.values()) running.reset();
  }
}
