/** A line for whoever is here for the first time: what the hands can do. It is shown once. */

const KEY = "waves.welcomed";

export class Welcome {
  constructor(scope) {
    this.scope = scope;
  }

  bind(controls) {
    controls.click("welcome-close", () => this.#close());
    controls.show("welcome", !isKnown());
  }

  #close() {
    const { controls } = this.scope;
    controls.show("welcome", false);
    // The focus would be lost with the button.
    document.getElementById("run").focus({ preventScroll: true });
    try {
      localStorage.setItem(KEY, "1");
    } catch {
      // Storage is forbidden: it comes again with the next page.
    }
  }
}

function isKnown() {
  try {
    return localStorage.getItem(KEY) !== null;
  } catch {
    return false;
  }
}
