// A button that copies the explanation, where the browser can; the text can be selected anyway.

if (navigator.clipboard) {
  document.querySelectorAll("[data-copy]").forEach((button) => {
    const text = document.getElementById(button.dataset.copy);
    const word = button.textContent;
    button.hidden = false;
    button.setAttribute("aria-live", "polite");
    button.addEventListener("click", async () => {
      const sentences = [...text.querySelectorAll("p")].map((each) => each.textContent);
      try {
        await navigator.clipboard.writeText(sentences.join("\n"));
        button.textContent = "Copied";
      } catch {
        button.textContent = "Not copied: select the text";
      }
      setTimeout(() => { button.textContent = word; }, 3000);
    });
  });
}
