/** Shows the fields of the chosen source and of each signal's waveform; the others are not sent. */

/** Keep the form in step with what is chosen in it. */
export function watchKinds(form) {
  const update = () => showKinds(form);
  form.addEventListener("change", update);
  document.addEventListener("formset:added", update);
  update();
}

function showKinds(form) {
  const source = form.querySelector("#id_source")?.value;
  show(form.querySelectorAll("fieldset.waves-source"), { "waves-source": source });
  for (const signal of form.querySelectorAll(".inline-related")) {
    const waveform = signal.querySelector("select[name$='-waveform']")?.value;
    const chosen = { "waves-source": source, "waves-waveform": waveform };
    show(signal.querySelectorAll("fieldset"), chosen);
    for (const field of signal.querySelectorAll("[data-waves-unused]")) {
      const unused = field.dataset.wavesUnused.split(" ").includes(waveform);
      field.closest(".fieldBox").parentElement.hidden = unused;
    }
  }
}

/** Show the fieldsets that belong to what was chosen: of each group that a fieldset has classes of
 * (`<group>-<kind>`), the chosen kind. A disabled fieldset is neither focused nor sent. */
function show(fieldsets, chosen) {
  for (const fieldset of fieldsets) {
    const hidden = Object.entries(chosen).some(([group, kind]) => {
      const kinds = [...fieldset.classList].filter((name) => name.startsWith(`${group}-`));
      return kinds.length > 0 && !kinds.includes(`${group}-${kind}`);
    });
    fieldset.hidden = hidden;
    fieldset.disabled = hidden;
  }
}
