/** The change page of a stream: the fields of the chosen kinds, and a preview of what is edited. */

import { byId, element } from "../js/controls/elements.js";
import { watchKinds } from "./kinds.js";
import { Preview } from "./preview.js";
import { watchSignals } from "./signals.js";
import { watchTest } from "./trying.js";

const form = element("stream_form", HTMLFormElement);
watchKinds(form);
watchSignals(form);
new Preview(form, byId("waves-preview")).start();
watchTest(form, byId("waves-preview").dataset.stream ?? "");
