/** How many samples a second come, by when they came; on a timed clock by the times that they bear. */

/**
 * @typedef {object} Mark
 * @property {number} at seconds: of its arrival, or of the stream on a timed clock
 * @property {number} sample
 */

/** Seconds over which a rate is measured, and after which one that is declared need not be taken. */
const MEMORY = 5;
const LEAST_SECONDS = 2;
/** Intervals of a timed clock differ: of fewer there is no rate. */
const LEAST_INTERVALS = 20;
/** Periods in which nothing came: then nothing comes. */
const SILENT_PERIODS = 5;
/** Marks that are kept at most: those of `MEMORY`, of the fastest messages. */
const MOST = 1024;
/** Messages that come in less than this share of the time that their samples take were held up. */
const LEAST_APART = 0.5;
/** What is so many times as far from the middle as is usual is left out; of what comes evenly nothing is (s). */
const MOST_OFF = 3;
const HAIR = 1e-3;

export class Rate {
  /** @type {Mark[]} */
  #marks = [];
  /** When something came last; before that, when it was looked first. @type {number | null} */
  #arrived = null;
  #timed = false;

  /**
   * Samples up to `sample` came.
   * @param {number} sample
   * @param {number} now page seconds
   * @param {number | null} time its own second of the stream, on a timed clock
   */
  arrived(sample, now, time) {
    this.#timed = time !== null;
    this.#arrived = now;
    const at = time ?? now;
    const last = this.#marks[this.#marks.length - 1];
    if (last && sample <= last.sample) return;
    this.#marks.push({ at, sample });
    while (this.#marks.length > 2 && this.#isOld(this.#marks[1], { at, sample })) this.#marks.shift();
  }

  /** @param {Mark} mark @param {Mark} newest */
  #isOld(mark, newest) {
    const least = this.#timed ? LEAST_INTERVALS : 2;
    const spare = mark.at < newest.at - MEMORY && newest.sample - mark.sample >= least;
    return spare || this.#marks.length > MOST;
  }

  /**
   * Samples per second; 0 where nothing comes, NaN where it is not known yet.
   * @param {number} now
   * @param {number} declared how many there should be
   * @param {boolean} [timed] whether the clock is timed: what is declared there is a guess
   */
  at(now, declared, timed = this.#timed) {
    this.#arrived ??= now;
    const measured = this.#measured();
    const silence = Math.max(MEMORY, SILENT_PERIODS / (measured ?? declared));
    if (now - this.#arrived >= silence) return 0;
    return measured ?? (timed ? NaN : declared);
  }

  /** @returns {number | null} null where there is not enough to measure it by */
  #measured() {
    if (this.#marks.length === 0) return null;
    const [first, last] = [this.#marks[0], this.#marks[this.#marks.length - 1]];
    const [passed, samples] = [last.at - first.at, last.sample - first.sample];
    if (this.#timed) return samples >= LEAST_INTERVALS && passed > 0 ? samples / passed : null;
    return passed >= LEAST_SECONDS ? slope(usual(punctual(this.#marks))) : null;
  }
}

/**
 * The marks that were not held up, the newest first. A page that is being loaded, or a server that was busy, takes
 * several messages at once: of those only the last came when it should.
 * @param {Mark[]} marks
 */
function punctual(marks) {
  const [first, last] = [marks[0], marks[marks.length - 1]];
  const period = (last.at - first.at) / (last.sample - first.sample);
  const found = [last];
  for (let k = marks.length - 2; k >= 0; k -= 1) {
    const next = found[found.length - 1];
    if (next.at - marks[k].at >= LEAST_APART * period * (next.sample - marks[k].sample)) found.push(marks[k]);
  }
  return found;
}

/**
 * The marks that came about as late as most: a page that is being loaded catches up little by little.
 * @param {Mark[]} marks the newest first
 */
function usual(marks) {
  const half = marks.length >> 1;
  // Over half of their length, where a few late ones do not count.
  const period = median(marks.slice(half).map(({ at, sample }, k) => (marks[k].at - at) / (marks[k].sample - sample)));
  const lateness = marks.map(({ at, sample }) => at - marks[0].at - period * (sample - marks[0].sample));
  const middle = median(lateness);
  const off = lateness.map((late) => Math.abs(late - middle));
  const most = MOST_OFF * median(off) + HAIR;
  return marks.filter((_, k) => off[k] <= most);
}

/** @param {number[]} values at least one */
function median(values) {
  return Float64Array.from(values).sort()[values.length >> 1];
}

/** Samples a second of the line that is nearest to all marks: arrivals jitter. @param {Mark[]} marks */
function slope(marks) {
  const { length } = marks;
  const [zero, from] = [marks[0].at, marks[0].sample];
  let [at, sample] = [0, 0];
  for (const mark of marks) {
    at += (mark.at - zero) / length;
    sample += (mark.sample - from) / length;
  }
  let [over, under] = [0, 0];
  for (const mark of marks) {
    const off = mark.at - zero - at;
    over += off * (mark.sample - from - sample);
    under += off * off;
  }
  return over / under;
}
