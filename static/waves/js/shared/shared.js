/** The page of a link: takes the key from behind the #, and exchanges it for a grant. */

const UNREACHED = "The server cannot be reached. Open the link again later.";
const NO_KEY = "This link is not whole: open it as it was sent to you.";

const config = JSON.parse(/** @type {HTMLElement} */ (document.getElementById("waves-config")).textContent ?? "{}");
const words = /** @type {HTMLElement} */ (document.getElementById("words"));

/** The key; it stands in no address from now on. */
function takeKey() {
  const key = location.hash.slice(1);
  history.replaceState(null, "", location.pathname + location.search);
  return key;
}

/** @param {string} text */
function say(text) {
  words.textContent = text;
}

/** @param {string} key */
async function exchange(key) {
  const headers = { "Content-Type": "application/json" };
  const body = JSON.stringify({ key });
  const answer = await fetch(config.addresses.grants, { method: "POST", headers, body, credentials: "omit" });
  const told = await answer.json();
  if (!answer.ok) throw new Error(told.error);
  return told;
}

async function open() {
  const key = takeKey();
  if (!key) return say(NO_KEY);
  try {
    say((await exchange(key)).config.name);
  } catch (error) {
    say(
      error instanceof TypeError || error instanceof SyntaxError
        ? UNREACHED
        : String(/** @type {Error} */ (error).message),
    );
  }
}

open();
