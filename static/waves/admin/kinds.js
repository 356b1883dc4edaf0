/** Shows the fields of the chosen source and of each signal's waveform; the others are not sent. */

/** Keep the form in step with what is chosen in it. */
export function watchKinds(form) {
  const show = () => showKinds(form);
  form.addEventListener("change", show);
  document.addEventListener("formset:added", show);
  show();
}

function showKinds(form) {
  const source = form.querySelector("#id_source")?.value;
  toggleKind(form, "waves-source", source);
  for (const signal of form.querySelectorAll(".inline-related")) {
    const waveform = signal.querySelector("select[name$='-waveform']")?.value;
    toggleKind(signal, "waves-waveform", waveform);
    toggle(signal.querySelectorAll("fieldset.waves-waveform"), source !== "generator", true);
    for (const field of signal.querySelectorAll("[data-waves-unused]")) {
      const unused = field.dataset.wavesUnused.split(" ").includes(waveform);
      field.closest(".fieldBox").parentElement.hidden = unused;
    }
  }
}

/** Of the fieldsets `<group> <group>-<kind>`, show those of the kind. */
function toggleKind(root, group, kind) {
  for (const fieldset of root.querySelectorAll(`fieldset[class*="${group}-"]`)) {
    toggle([fieldset], !fieldset.classList.contains(`${group}-${kind}`));
  }
}

/** A disabled fieldset is neither focused nor sent. With `only`, what is shown stays as it is. */
function toggle(fieldsets, hidden, only = false) {
  for (const fieldset of fieldsets) {
    if (only && !hidden) continue;
    fieldset.hidden = hidden;
    fieldset.disabled = hidden;
  }
}
