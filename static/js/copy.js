// [data-copy="text"] copies that text; an empty data-copy copies the text beside it in its .code.
// The buttons stay hidden until this module runs, since without it they could do nothing.

const SHOW_DONE_MS = 2000; // long enough to be read, short enough to be ready for a second copy

function textOf(button) {
  if (button.dataset.copy) return button.dataset.copy;
  const holder = button.parentElement.cloneNode(true);
  holder.querySelectorAll("button").forEach((each) => each.remove());
  return holder.textContent.trim();
}

async function copy(button) {
  const label = button.dataset.label ?? button.textContent;
  button.dataset.label = label;
  try {
    await navigator.clipboard.writeText(textOf(button));
    button.textContent = "Copied";
  } catch {
    button.textContent = "Select and copy by hand"; // the browser did not allow it
  }
  setTimeout(() => (button.textContent = label), SHOW_DONE_MS);
}

function enhance(root) {
  if (!navigator.clipboard) return;
  root.querySelectorAll("[data-copy][hidden]").forEach((button) => (button.hidden = false));
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-copy]");
  if (button) copy(button);
});
document.addEventListener("htmx:load", (event) => enhance(event.target.parentElement ?? document));
enhance(document);
