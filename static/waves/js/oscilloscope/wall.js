/** A page on a wall, where nobody is: the screen stays on, the pointer goes, and the page renews itself. */

import { hideRestingPointer } from "../controls/resting-pointer.js";
import { Renewal, servedVersion } from "./renewal.js";
import { WakeLock } from "./wake-lock.js";

/** @import { Config } from "../protocol/description.js" */

/** @param {Config} config @returns what is to be told of the servers that take the page */
export function onWall({ version = "" }) {
  hideRestingPointer(document.body);
  new WakeLock().keep();
  return new Renewal(version, {
    served: servedVersion,
    reload: () => location.reload(),
    storage: sessionStored(),
  });
}

/** Reading the property throws where storage is forbidden. */
function sessionStored() {
  try {
    return sessionStorage;
  } catch {
    return null;
  }
}
