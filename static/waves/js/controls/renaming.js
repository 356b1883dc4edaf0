/** A page whose stream was renamed: heading, title, address and links follow. */

import { addressOf } from "../text/address.js";
import { byId } from "./elements.js";

/** @import { Config } from "../protocol/description.js" */

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
  if (slug !== former) move(named, slug);
  if (name === config.name && slug === former) return;
  config.name = name;
  document.title = `${name} · Waves`;
  byId("name").textContent = byId("name").title = name;
  named.chart.relabel(`Live chart of ${name}`);
  named.renamed();
}

/** @param {Named} named @param {string} slug */
function move({ config, viewState }, slug) {
  const { page, control } = config.addresses;
  const { search, hash } = location;
  history.replaceState(null, "", `${addressOf(page, slug)}${search}${hash}`);
  config.slug = slug;
  document.getElementById("control")?.setAttribute("action", addressOf(control, slug));
  viewState.rename(slug);
}
