// A colour can be picked beside the field it is written in.

document.addEventListener("input", (event) => {
  const { colourOf } = event.target.dataset ?? {};
  if (colourOf) {
    document.getElementById(colourOf).value = event.target.value;
    return;
  }
  const picker = event.target.parentElement?.querySelector("[data-colour-of]");
  if (picker && /^#[0-9a-f]{6}$/i.test(event.target.value)) picker.value = event.target.value;
});
