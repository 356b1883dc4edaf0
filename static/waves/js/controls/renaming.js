/** A page whose stream was renamed: heading, title, address and links follow. */

import { byId } from "./elements.js";

/** @import { Config } from "../protocol/description.js" */

/** What stands before a stream's slug in every address of it. */
const BEFORE = "/streams/";

/**
 * The address of a stream under another slug; as it is where it is not an address of it.
 * @param {string} address
 * @param {string} former
 * @param {string} slug
 */
export function renamedAddress(address, former, slug) {
  const part = `${BEFORE}${former}/`;
  const at = address.lastIndexOf(part);
  return at < 0 ? address : `${address.slice(0, at)}${BEFORE}${slug}/${address.slice(at + part.length)}`;
}

/**
 * @typedef {object} Named what has the name of a stream
 * @property {Config} config
 * @property {{relabel: (label: string) => void}} chart
 * @property {{rename: (slug: string) => void}} viewState
 * @property {() => void} renamed called after all else
 */

/**
 * Follow a description to its name and slug, in the configuration and on the page.
 * @param {Named} named
 * @param {{name: string, slug: string}} description
 */
export function follow(named, { name, slug }) {
  const { config } = named;
  const former = config.slug;
  if (slug !== former) move(named, former, slug);
  if (name === config.name && slug === former) return;
  config.name = name;
  document.title = `${name} · Waves`;
  byId("name").textContent = name;
  named.chart.relabel(`Live chart of ${name}`);
  named.renamed();
}

/** @param {Named} named @param {string} former @param {string} slug */
function move({ config, viewState }, former, slug) {
  const moved = (/** @type {string} */ address) => address && renamedAddress(address, former, slug);
  const { pathname, search, hash } = location;
  history.replaceState(null, "", `${moved(pathname)}${search}${hash}`);
  Object.assign(config, { slug, ws: moved(config.ws), controlUrl: moved(config.controlUrl ?? "") });
  document.getElementById("control")?.setAttribute("action", config.controlUrl ?? "");
  viewState.rename(slug);
}
