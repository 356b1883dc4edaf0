/**
 * Keys of one character, such as T: who dictates to the computer, or hits keys by chance, may
 * switch them off (WCAG 2.1.4), for all pages of this browser.
 */

const KEY = "waves.keys";

/** Where storage is forbidden, the choice lasts as long as the page. */
let off = stored() === "off";

/** Whether this key is one that is switched off; the space bar is none of those. @param {string} key */
export function isSwitchedOff(key) {
  return off && key.length === 1 && key !== " ";
}

/** @param {HTMLInputElement} checkbox checked where the keys act */
export function bindSingleKeys(checkbox) {
  checkbox.checked = !off;
  checkbox.addEventListener("change", () => {
    off = !checkbox.checked;
    try {
      if (off) localStorage.setItem(KEY, "off");
      else localStorage.removeItem(KEY);
    } catch {
      // Nothing to be done: see above.
    }
  });
}

function stored() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}
