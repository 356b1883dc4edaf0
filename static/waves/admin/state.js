/** The state page of the admin: its tables are fetched anew while somebody looks at them. */

/** Servers speak every two seconds (ms). */
const EVERY_MS = 2_000;
/** An answer that takes longer (ms) will not come. */
const ANSWER_MS = 10_000;

const tables = document.getElementById("waves-state");
const said = document.getElementById("waves-state-said");
if (tables) follow(tables);

/** @param {HTMLElement} tables */
function follow(tables) {
  setTimeout(async () => {
    if (!document.hidden) await renew(tables);
    follow(tables);
  }, EVERY_MS);
}

/** @param {HTMLElement} tables */
async function renew(tables) {
  const now = await ask();
  if (said) said.textContent = now ? "" : "The server does not answer, or you are logged out: this is how it was.";
  tables.classList.toggle("waves-old", !now);
  // What has the focus, and what is scrolled, stays: only the rows change.
  const old = [...tables.querySelectorAll("tbody")];
  const rows = [...(now?.querySelectorAll("tbody") ?? [])];
  const focused = tables.querySelector("tbody a:focus")?.getAttribute("href");
  for (const [place, body] of rows.entries()) old[place]?.replaceChildren(...body.childNodes);
  if (focused) for (const link of tables.querySelectorAll("a")) if (link.getAttribute("href") === focused) link.focus();
}

/** @returns {Promise<Element | null>} the tables as they are now; null where they cannot be had */
async function ask() {
  try {
    const answer = await fetch(location.href, { signal: AbortSignal.timeout(ANSWER_MS) });
    if (!answer.ok) return null;
    return new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("waves-state");
  } catch {
    return null;
  }
}
