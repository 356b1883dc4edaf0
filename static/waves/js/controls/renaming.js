/** A page whose stream was renamed: heading, title, address and links follow. */

/** What stands before a stream's slug in every address of it. */
const BEFORE = "/streams/";

/** The address of a stream under another slug; as it is where it is not an address of it. */
export function renamedAddress(address, former, slug) {
  const part = `${BEFORE}${former}/`;
  const at = address.lastIndexOf(part);
  return at < 0 ? address : `${address.slice(0, at)}${BEFORE}${slug}/${address.slice(at + part.length)}`;
}

/**
 * Follow a description to its name and slug, in `scope.config` and on the page.
 * @param {{config, chart, viewState, each}} scope
 * @param {{name: string, slug: string}} description
 */
export function follow(scope, { name, slug }) {
  const { config } = scope;
  const former = config.slug;
  if (slug !== former) move(scope, former, slug);
  if (name === config.name && slug === former) return;
  config.name = name;
  document.title = `${name} · Waves`;
  document.getElementById("name").textContent = name;
  scope.chart.relabel(`Live chart of ${name}`);
  scope.each("renamed", former);
}

function move({ config, viewState }, former, slug) {
  const moved = (address) => address && renamedAddress(address, former, slug);
  const { pathname, search, hash } = location;
  history.replaceState(null, "", `${moved(pathname)}${search}${hash}`);
  Object.assign(config, { slug, ws: moved(config.ws), controlUrl: moved(config.controlUrl) });
  document.getElementById("control")?.setAttribute("action", config.controlUrl);
  viewState.rename(slug);
}
