// WebDriver BiDi tells nothing of what a socket brings: in Firefox the page tells it itself.
let opened = 0;
globalThis.WebSocket = class extends WebSocket {
  constructor(...options) {
    super(...options);
    const number = opened++;
    this.addEventListener("message", ({ data }) => {
      const isText = typeof data === "string";
      const text = isText ? data : btoa(String.fromCharCode(...new Uint8Array(data)));
      globalThis.relay(number, isText, text);
    });
  }
};
