/** A page on a wall, where nobody is: the screen stays on, the pointer goes, and the page renews itself. */

import { hideRestingPointer } from "../controls/resting-pointer.js";
import { Renewal, servedVersion } from "./renewal.js";
import { WakeLock } from "./wake-lock.js";

/** @import { Config } from "../protocol/description.js" */
/** @import { Hello } from "../protocol/messages.js" */

/** @param {Config} config @returns what the link to the server tells it */
export function onWall({ version = "" }) {
  hideRestingPointer(document.body);
  new WakeLock().keep();
  const renewal = new Renewal(version, {
    served: servedVersion,
    reload: () => location.reload(),
    storage: sessionStored(),
  });
  return {
    greeted: (/** @type {Hello} */ hello) => renewal.told(hello.version),
    refused: () => renewal.refused(),
  };
}

/** Reading the property throws where storage is forbidden. */
function sessionStored() {
  try {
    return sessionStorage;
  } catch {
    return null;
  }
}
