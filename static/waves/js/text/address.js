/** Addresses of one stream, as the server gave them: only the server knows where they stand. */

/**
 * @param {string} template an address with `{slug}` where the slug of a stream stands
 * @param {string} slug
 * @returns {string} the address of that stream
 */
export function addressOf(template, slug) {
  return template.replace("{slug}", () => encodeURIComponent(slug));
}

/**
 * @param {string} path
 * @returns {string} the same address for a WebSocket: `ws:` or `wss:`, as the page came
 */
export function socketAddress(path) {
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  return `${scheme}//${location.host}${path}`;
}
