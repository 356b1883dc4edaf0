/** The page around the chart: theme and full screen. */

import { byId } from "../controls/elements.js";
import { bindTheme } from "../controls/theme-switch.js";

/**
 * @import { Controls } from "../controls/controls.js"
 * @import { Parts } from "./parts.js"
 */

export class Page {
  #parts;

  /** @param {Pick<Parts, "controls" | "screen">} parts */
  constructor(parts) {
    this.#parts = parts;
  }

  /** @param {Controls} controls */
  bind(controls) {
    const nextTheme = bindTheme(byId("theme"), () => this.#themed());
    controls.click("full-screen", () => this.#fullScreen());
    controls.show("full-screen", document.fullscreenEnabled);
    controls.keys({ t: nextTheme, f: () => this.#fullScreen() });
    document.addEventListener("fullscreenchange", () => this.#turned());
  }

  #themed() {
    this.#parts.screen.themed();
    this.#parts.screen.changed();
  }

  async #fullScreen() {
    try {
      if (document.fullscreenElement) await document.exitFullscreen();
      else await document.documentElement.requestFullscreen();
    } catch {
      this.#parts.controls.toast("This browser has no full screen for pages.");
    }
  }

  #turned() {
    this.#parts.controls.press("full-screen", document.fullscreenElement !== null);
  }
}
