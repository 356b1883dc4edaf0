/** Wall time of the server from the page's steady clock, by pings (the fastest one counts). */
export class ServerClock {
  /** What is to be added to the page's seconds; null before the first answer. @type {number | null} */
  offset = null;
  roundTrip = Infinity;

  /**
   * Times of sending and receiving in page seconds, `server` in unix seconds.
   * @param {number} sent
   * @param {number} received
   * @param {number} server
   */
  pong(sent, received, server) {
    const roundTrip = received - sent;
    // A worse answer replaces an old good one in the end, because clocks drift.
    this.roundTrip = Math.min(this.roundTrip * 1.2, Infinity);
    if (roundTrip > this.roundTrip) return;
    this.roundTrip = roundTrip;
    this.offset = server - (sent + received) / 2;
  }

  /**
   * Unix seconds of the server's clock at page time `now`; NaN before the first answer.
   * @param {number} now
   */
  time(now) {
    return this.offset === null ? NaN : now + this.offset;
  }
}
