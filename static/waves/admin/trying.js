/** The button *Test*: the source runs for a moment as the form has it, and words say what came. */

import { button, byId } from "../js/controls/elements.js";

/**
 * @param {HTMLFormElement} form
 * @param {string} stream the key of the stream, "" for a new one
 */
export function watchTest(form, stream) {
  const asked = button("waves-test");
  const status = byId("waves-test-found");
  const atFirst = status.textContent;
  let edits = 0;
  // What was found holds of the form as it was.
  const edited = () => {
    edits += 1;
    if (!asked.disabled) status.textContent = atFirst;
  };
  form.addEventListener("input", edited);
  form.addEventListener("change", edited);
  asked.addEventListener("click", async () => {
    const body = new FormData(form);
    // A file is read when the form is saved.
    for (const [name, value] of [...body]) if (value instanceof File) body.delete(name);
    body.set("_stream", stream);
    const before = edits;
    asked.disabled = true;
    status.textContent = "It runs for three seconds …";
    try {
      const response = await fetch(asked.dataset.url ?? "", { method: "POST", body });
      const { found } = await response.json();
      status.textContent = edits === before ? found : "The form was edited meanwhile: test it again.";
    } catch {
      status.textContent = "The server does not answer: try again.";
    }
    asked.disabled = false;
  });
}
