/** The button that goes round the themes: as the system, light, dark. theme.js applies it early. */

/** @typedef {"system" | "light" | "dark"} Theme */

const KEY = "waves.theme";
/** @type {Record<Theme, Theme>} */
const NEXT = { system: "light", light: "dark", dark: "system" };
const NAMES = { system: "as the system", light: "light", dark: "dark" };
const SIGNS = { system: "◐", light: "○", dark: "●" };

/**
 * @param {HTMLElement} button
 * @param {() => void} [changed] called after the colours changed, for whatever reason
 * @returns {() => void} takes the next theme, as the button does
 */
export function bindTheme(button, changed = () => {}) {
  const show = (/** @type {Theme} */ theme) => {
    button.setAttribute("aria-label", `Theme: ${NAMES[theme]}`);
    if (button.firstElementChild) button.firstElementChild.textContent = SIGNS[theme];
  };
  const next = () => {
    const theme = NEXT[current()];
    apply(theme);
    show(theme);
    changed();
  };
  show(current());
  button.addEventListener("click", next);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", changed);
  return next;
}

/** @returns {Theme} */
function current() {
  const { theme } = document.documentElement.dataset;
  return theme === "light" || theme === "dark" ? theme : "system";
}

/** @param {Theme} theme */
function apply(theme) {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  try {
    if (theme === "system") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
  } catch {
    // Storage is forbidden: the choice lasts as long as the page.
  }
}
