/**
 * A wall of which not all came, as amid an upgrade, loads itself again. This is no module, since those may be what is
 * lacking; and a page that is there stays until the server answers.
 */

(() => {
  /** A page takes seconds, and a server that restarts as well (ms). */
  const PATIENCE = 60_000;

  const look = async () => {
    if (document.querySelector("#plot[data-view]")) return;
    const answer = await fetch(location.href, { cache: "no-store" }).catch(() => null);
    if (answer?.ok) location.reload();
    else setTimeout(look, PATIENCE);
  };

  /** The page of a link may be a person's. One that has reloaded itself is a wall's: see `renewal.js`. */
  const isWall = () => {
    if (!document.getElementById("waves-shared")) return true;
    try {
      return sessionStorage.getItem("waves.reloaded") !== null;
    } catch {
      return false;
    }
  };

  if (isWall()) setTimeout(look, PATIENCE);
})();
