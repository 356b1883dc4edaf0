/** What each measurement is, in a sentence: the whole of it stands in docs/measurements.md. */

/** @type {Record<string, string>} by the keys of `MEASUREMENTS` */
export const DEFINITIONS = {
  min: "The smallest sample.",
  max: "The largest sample.",
  vpp: "Maximum − minimum (peak to peak).",
  mean: "The mean of all samples.",
  rms: "Root of the mean square of all samples, their mean included.",
  acRms: "RMS of what is left without the mean.",
  deviation: "Root of the sum of squares about the mean, by n − 1: an estimate from n samples.",
  cycleMean: "The mean over whole periods.",
  cycleRms: "The RMS over whole periods.",
  frequency: "1 / period.",
  period: "Mean time between two crossings of 50 % in the same direction, over whole periods.",
  duty: "Share of whole periods that is spent in the high state.",
  positiveWidth: "Mean time from rising through 50 % to falling through it.",
  negativeWidth: "Mean time from falling through 50 % to rising through it.",
  riseTime: "Mean time from 10 % to 90 % of the way from low to high.",
  fallTime: "Mean time from 90 % to 10 % of the way from low to high.",
  overshoot: "How far the maximum is above the high state, as a share of the way from low to high.",
  crestFactor: "The largest size of a sample / RMS.",
  phase: "How far the signal leads the one that is chosen below, as an angle of a period.",
};
