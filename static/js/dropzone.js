// A file field that also takes a dropped or pasted picture and shows what was chosen.
// Markup: templates/partials/dropzone.html. Without this module the field is a plain file input.
// The form is sent as any other form; nothing leaves the page before that.

// Some systems give no type for these, and no browser shows them all; the server decides what it can read.
const PICTURE_NAME = /\.(avif|bmp|gif|heic|heif|jpe?g|jxl|png|tiff?|webp)$/i;
const BYTES_PER_MB = 1_000_000;

export function readableSize(bytes) {
  if (bytes < 1000) return `${bytes} bytes`;
  if (bytes < BYTES_PER_MB) return `${Math.round(bytes / 1000)} KB`;
  return `${(bytes / BYTES_PER_MB).toFixed(1)} MB`;
}

/** The sentence that tells why a file cannot be taken, or null when it can. */
export function refusal(file, maxBytes) {
  const isPicture = file.type.startsWith("image/") || (file.type === "" && PICTURE_NAME.test(file.name));
  if (!isPicture) return `“${file.name}” is not a picture. Please choose a picture file, such as PNG, JPEG or WebP.`;
  if (file.size === 0) return `“${file.name}” is empty. Please choose another copy of it.`;
  if (maxBytes && file.size > maxBytes) {
    return `“${file.name}” is ${readableSize(file.size)}. The largest picture we can take is ${readableSize(maxBytes)}.`;
  }
  return null;
}

class Dropzone {
  constructor(root) {
    this.root = root;
    this.input = root.querySelector("input[type=file]");
    this.preview = root.querySelector("[data-dropzone-preview]");
    this.name = root.querySelector("[data-dropzone-name]");
    this.error = root.querySelector("[data-dropzone-error]");
    this.maxBytes = Number(root.dataset.maxBytes) || 0;
    this.address = null;
    this.input.addEventListener("change", () => this.show());
    if (this.input.files.length) this.show(); // the browser kept the choice across a reload
  }

  take(file) {
    const transfer = new DataTransfer();
    transfer.items.add(file);
    this.input.files = transfer.files;
    this.input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  show() {
    const file = this.input.files[0];
    const problem = file ? refusal(file, this.maxBytes) : null;
    if (problem) this.input.value = "";
    this.say(this.error, problem);
    this.say(this.name, file && !problem ? `${file.name}, ${readableSize(file.size)}` : null);
    this.picture(problem ? null : file);
  }

  say(element, sentence) {
    if (!element) return;
    element.textContent = sentence ?? "";
    element.hidden = !sentence;
  }

  picture(file) {
    if (this.address) URL.revokeObjectURL(this.address);
    this.address = null;
    if (!this.preview) return;
    this.preview.hidden = true;
    if (!file) return;
    this.address = URL.createObjectURL(file);
    this.preview.onload = () => (this.preview.hidden = false);
    this.preview.onerror = () => (this.preview.hidden = true); // a format this browser cannot show
    this.preview.src = this.address;
  }
}

const zones = new Map();

function zoneFor(target) {
  const root = target instanceof Element ? target.closest("[data-dropzone]") : null;
  if (root && zones.has(root)) return zones.get(root);
  for (const [element, zone] of zones) if (element.isConnected) return zone;
  return null;
}

function hasFiles(event) {
  return Array.from(event.dataTransfer?.types ?? []).includes("Files");
}

function mark(zone) {
  for (const [element, each] of zones) element.classList.toggle("dropzone-over", each === zone);
}

function enhance(root) {
  for (const element of root.querySelectorAll("[data-dropzone]")) {
    if (!zones.has(element) && element.querySelector("input[type=file]")) zones.set(element, new Dropzone(element));
  }
}

document.addEventListener("dragover", (event) => {
  const zone = hasFiles(event) ? zoneFor(event.target) : null;
  if (!zone) return;
  event.preventDefault(); // a picture dropped beside the zone must not replace the page
  mark(zone);
});
document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) mark(null);
});
document.addEventListener("drop", (event) => {
  const zone = hasFiles(event) ? zoneFor(event.target) : null;
  mark(null);
  if (!zone) return;
  event.preventDefault();
  if (event.dataTransfer.files.length) zone.take(event.dataTransfer.files[0]);
});
document.addEventListener("paste", (event) => {
  const zone = zoneFor(event.target);
  const file = event.clipboardData?.files[0];
  if (!zone || !file) return;
  event.preventDefault();
  zone.take(file);
});
document.addEventListener("htmx:load", (event) => enhance(event.target.parentElement ?? document));
enhance(document);
