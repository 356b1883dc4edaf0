/** The page around the chart: theme, full screen, and the link to this view. */

import { byId } from "../controls/elements.js";
import { bindTheme } from "../controls/theme-switch.js";

/**
 * @import { Controls } from "../controls/controls.js"
 * @import { Parts } from "./parts.js"
 */

export class Page {
  #parts;

  /** @param {Pick<Parts, "controls" | "screen" | "timeline">} parts */
  constructor(parts) {
    this.#parts = parts;
  }

  /** @param {Controls} controls */
  bind(controls) {
    const nextTheme = bindTheme(byId("theme"), () => this.#themed());
    controls.click("share", () => this.#share());
    controls.click("full-screen", () => this.#fullScreen());
    controls.show("full-screen", document.fullscreenEnabled);
    controls.keys({ t: nextTheme, f: () => this.#fullScreen(), s: () => this.#share() });
    document.addEventListener("fullscreenchange", () => this.#turned());
  }

  #themed() {
    this.#parts.screen.themed();
    this.#parts.screen.changed();
  }

  async #share() {
    const { controls, screen, timeline } = this.#parts;
    screen.keep();
    try {
      await navigator.clipboard.writeText(location.href);
      controls.toast(timeline.running ? "The link to this view is copied." : "The link to this moment is copied.");
    } catch {
      // Only pages that came by https, or from this machine, may write to the clipboard.
      controls.toast("This browser does not let the page copy. The link is in the address bar.");
    }
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
