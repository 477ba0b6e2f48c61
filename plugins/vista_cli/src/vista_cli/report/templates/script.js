const bar = document.getElementById("filter");
if (bar) {
  bar.hidden = false;
  const cards = [...document.querySelectorAll(".trajectory")].map((card) => ({ card, text: card.textContent.toLowerCase() }));
  const box = bar.querySelector("input"), output = bar.querySelector("output"), buttons = [...bar.querySelectorAll("button")];
  let verdict = null;
  const apply = () => {
    const word = box.value.toLowerCase();
    let shown = 0;
    for (const { card, text } of cards) {
      const keep = (!verdict || card.dataset.verdict === verdict) && text.includes(word);
      card.hidden = !keep;
      shown += keep;
    }
    output.textContent = `${shown} of ${cards.length}`;
    for (const button of buttons) button.setAttribute("aria-pressed", button.dataset.verdict === verdict);
  };
  box.addEventListener("input", apply);
  for (const button of buttons) button.addEventListener("click", () => { verdict = verdict === button.dataset.verdict ? null : button.dataset.verdict; apply(); });
  apply();
}
