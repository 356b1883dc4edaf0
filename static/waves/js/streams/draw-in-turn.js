/** Who draws in this frame: the longest waiting first, and no more than a frame can bear. */

/** Milliseconds of drawing in a frame; what is left waits for the next one. */
const SPENT = 4;
/** A card is drawn every other frame: messages come 25 times a second. */
const EVERY = 0.03;
/** Where people ask for reduced motion, seconds between two pictures of a card. */
const EVERY_REDUCED = 1;

/**
 * @param {{drawnAt: number, draw: (now: number) => void}[]} cards
 * @param {number} now page seconds
 * @param {{reduced?: boolean, clock?: () => number}} [options] whether people ask for reduced motion; milliseconds
 */
export function drawInTurn(cards, now, { reduced = false, clock = () => performance.now() } = {}) {
  const every = reduced ? EVERY_REDUCED : EVERY;
  const due = cards.filter((card) => now - card.drawnAt >= every);
  due.sort((a, b) => a.drawnAt - b.drawnAt);
  const end = clock() + SPENT;
  // Half of the cards in each frame, and not all in every other one: frames cost the same.
  for (const card of due.slice(0, Math.ceil(cards.length / 2))) {
    card.drawnAt = now;
    card.draw(now);
    if (clock() >= end) return;
  }
}
