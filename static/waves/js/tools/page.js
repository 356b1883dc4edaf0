/** The page around the chart: theme, full screen, and the link to this view. */

import { bindTheme } from "../controls/theme-switch.js";

export class Page {
  constructor(scope) {
    this.scope = scope;
  }

  bind(controls) {
    const nextTheme = bindTheme(document.getElementById("theme"), () => this.#themed());
    controls.click("share", () => this.#share());
    controls.click("full-screen", () => this.#fullScreen());
    controls.show("full-screen", document.fullscreenEnabled);
    controls.keys({ t: nextTheme, f: () => this.#fullScreen(), s: () => this.#share() });
    document.addEventListener("fullscreenchange", () => this.#turned());
  }

  #themed() {
    this.scope.chart.theme();
    this.scope.each("themed");
    this.scope.changed();
  }

  async #share() {
    const { viewState, controls, timebase } = this.scope;
    viewState.flush();
    try {
      await navigator.clipboard.writeText(location.href);
      controls.toast(timebase.running ? "The link to this view is copied." : "The link to this moment is copied.");
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
      this.scope.controls.toast("This browser has no full screen for pages.");
    }
  }

  #turned() {
    this.scope.controls.press("full-screen", document.fullscreenElement !== null);
  }
}
