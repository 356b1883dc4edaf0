/** Shows the fields of the chosen source and of each signal's waveform; the others are not sent. */

/** Keep the form in step with what is chosen in it. @param {HTMLFormElement} form */
export function watchKinds(form) {
  const update = () => showKinds(form);
  form.addEventListener("change", update);
  document.addEventListener("formset:added", update);
  update();
}

/** @param {HTMLFormElement} form */
function showKinds(form) {
  const source = chosenIn(form, "#id_source");
  show(form.querySelectorAll("fieldset.waves-source"), { "waves-source": source });
  for (const signal of form.querySelectorAll(".inline-related")) {
    const waveform = chosenIn(signal, "select[name$='-waveform']");
    const chosen = { "waves-source": source, "waves-waveform": waveform };
    show(signal.querySelectorAll("fieldset"), chosen);
    for (const field of signal.querySelectorAll("[data-waves-unused]")) showField(field, waveform);
  }
}

/** What is chosen in a list. @param {Element} root @param {string} selector */
function chosenIn(root, selector) {
  const list = root.querySelector(selector);
  return list instanceof HTMLSelectElement ? list.value : "";
}

/** Hide a field that a waveform does not use. @param {Element} field @param {string} waveform */
function showField(field, waveform) {
  const box = field.closest(".fieldBox")?.parentElement;
  if (!(field instanceof HTMLElement) || !box) return;
  box.hidden = (field.dataset.wavesUnused ?? "").split(" ").includes(waveform);
}

/**
 * Show the fieldsets that belong to what was chosen: of each group that a fieldset has classes of
 * (`<group>-<kind>`), the chosen kind. A disabled fieldset is neither focused nor sent.
 * @param {NodeListOf<Element>} fieldsets
 * @param {Record<string, string>} chosen kinds by group
 */
function show(fieldsets, chosen) {
  for (const fieldset of fieldsets) {
    if (!(fieldset instanceof HTMLFieldSetElement)) continue;
    const hidden = Object.entries(chosen).some(([group, kind]) => {
      const kinds = [...fieldset.classList].filter((name) => name.startsWith(`${group}-`));
      return kinds.length > 0 && !kinds.includes(`${group}-${kind}`);
    });
    fieldset.hidden = hidden;
    fieldset.disabled = hidden;
  }
}
