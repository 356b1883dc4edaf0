/** The button that goes round the themes: as the system, light, dark. theme.js applies it early. */

const KEY = "waves.theme";
const NEXT = { system: "light", light: "dark", dark: "system" };
const NAMES = { system: "as the system", light: "light", dark: "dark" };
const SIGNS = { system: "◐", light: "○", dark: "●" };

/**
 * @param {() => void} changed called after the colours changed, for whatever reason
 * @returns {() => void} takes the next theme, as the button does
 */
export function bindTheme(button, changed = () => {}) {
  const show = (theme) => {
    button.setAttribute("aria-label", `Theme: ${NAMES[theme]}`);
    button.firstElementChild.textContent = SIGNS[theme];
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

function current() {
  return document.documentElement.dataset.theme ?? "system";
}

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
