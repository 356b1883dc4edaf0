/** The browser's storage, which may be forbidden or full. */

/** Reading the property throws where storage is forbidden. @param {{localStorage: Storage}} window */
export function storageOf(window) {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}

/**
 * Move what a browser's storage keeps to another key, where it lets us.
 * @param {Pick<Storage, "getItem" | "setItem" | "removeItem"> | null} storage
 * @param {string} former
 * @param {string} key
 */
export function moveKept(storage, former, key) {
  try {
    const kept = storage?.getItem(former) ?? null;
    if (kept !== null) storage?.setItem(key, kept);
    storage?.removeItem(former);
  } catch {
    // The storage is full: it stays where it is.
  }
}
