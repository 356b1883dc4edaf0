/** A page whose stream was renamed: heading, title, address and links follow. */

import { addressOf } from "../text/address.js";

/**
 * Follow a description to its name and slug, in `scope.config` and on the page.
 * @param {{config, chart, viewState, each}} scope
 * @param {{name: string, slug: string}} description
 */
export function follow(scope, { name, slug }) {
  const { config } = scope;
  const former = config.slug;
  if (slug !== former) move(scope, slug);
  if (name === config.name && slug === former) return;
  config.name = name;
  document.title = `${name} · Waves`;
  document.getElementById("name").textContent = name;
  scope.chart.relabel(`Live chart of ${name}`);
  scope.each("renamed", former);
}

function move({ config, viewState }, slug) {
  const { page, control } = config.addresses;
  const { search, hash } = location;
  history.replaceState(null, "", `${addressOf(page, slug)}${search}${hash}`);
  config.slug = slug;
  document.getElementById("control")?.setAttribute("action", addressOf(control, slug));
  viewState.rename(slug);
}
