/** A name that is cut in its middle where there is no room: names of many signals often differ at their ends. */

/** Characters that stay at the end. */
const END = 6;
const CHARACTERS = new Intl.Segmenter("en", { granularity: "grapheme" });

/** @param {string} name whole in a title */
export function cutName(name) {
  const characters = Array.from(CHARACTERS.segment(name), ({ segment }) => segment);
  const at = characters.length > 2 * END ? characters.length - END : characters.length;
  const cut = document.createElement("span");
  cut.className = "cut";
  cut.title = name;
  for (const piece of [characters.slice(0, at), characters.slice(at)]) {
    const part = document.createElement("span");
    part.textContent = piece.join("");
    if (piece.length > 0) cut.append(part);
  }
  return cut;
}
