/** The change page of a stream: the fields of the chosen kinds, and a preview of what is edited. */

import { watchKinds } from "./kinds.js";
import { Preview } from "./preview.js";

const form = document.getElementById("stream_form");
watchKinds(form);
new Preview(form, document.getElementById("waves-preview")).start();
