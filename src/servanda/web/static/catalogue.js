// The order of services is dragged with a pointer; without this the buttons beside each service do it.
for (const list of document.querySelectorAll("[data-ranking]")) {
  let moving = null;
  for (const line of list.children) line.draggable = true;
  list.addEventListener("dragstart", (event) => {
    moving = event.target.closest("li");
    moving?.classList.add("ranking__service--moving");
    event.dataTransfer.effectAllowed = "move";
  });
  list.addEventListener("dragover", (event) => {
    const over = event.target.closest("li");
    if (!moving || !over || over.parentElement !== list) return;
    event.preventDefault();
    const place = over.getBoundingClientRect();
    const below = event.clientY > place.top + place.height / 2;
    if (over !== moving) list.insertBefore(moving, below ? over.nextSibling : over);
  });
  list.addEventListener("drop", (event) => event.preventDefault());
  list.addEventListener("dragend", () => {
    moving?.classList.remove("ranking__service--moving");
    moving = null;
    for (const [name, line] of [["up", list.firstElementChild], ["down", list.lastElementChild]]) {
      for (const button of list.querySelectorAll(`button[name="${name}"]`)) button.disabled = line.contains(button);
    }
  });
}
