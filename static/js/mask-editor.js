// Painting over the part of a picture that is to be redrawn. Markup: templates/generation/_editor.html.
// On sending, what is painted goes into the form's file field as a black and white PNG. It also survives an
// error answer, in this tab. Without this module the rectangle's four numbers are sent, and the server draws.

import { Mask } from "./mask.js";

const LONGEST_SIDE = 1024; // px: finer than any brush, and a photo's mask stays small
const PEN_ERASER = 32; // bit of PointerEvent.buttons
const TYPING = "textarea, select, input:not([type=range])";

/** What was typed and painted on this page, kept in this tab for when it is opened again. */
const draft = {
  key: `edit:${location.pathname}`,
  read() {
    try {
      return JSON.parse(sessionStorage.getItem(this.key)) ?? {};
    } catch {
      return {}; // storage is switched off
    }
  },
  write(content) {
    try {
      sessionStorage.setItem(this.key, JSON.stringify(content));
    } catch {
      // Switched off or full: then an error answer costs what was painted, and nothing else does.
    }
  },
};

class Editor {
  constructor(form) {
    this.form = form;
    this.stage = form.querySelector("[data-stage]");
    this.picture = this.stage.querySelector("img");
    this.size = form.querySelector("[data-brush-size]");
    this.buttons = Object.fromEntries([...form.querySelectorAll("[data-do]")].map((each) => [each.dataset.do, each]));
    this.erasing = false;
    this.stroke = null;
  }

  async start() {
    try {
      await this.picture.decode();
    } catch {
      this.say("Your browser cannot show this picture. You can still select a rectangle of it.");
      return;
    }
    this.cover();
    this.listen();
    this.restore();
    this.form.querySelectorAll("[data-with-editor]").forEach((each) => (each.hidden = false));
    this.tell(this.mask.actions.length ? "What you painted before is still here: " : "");
  }

  cover() {
    const canvas = document.createElement("canvas");
    const { naturalWidth, naturalHeight } = this.picture;
    const scale = Math.min(1, LONGEST_SIDE / Math.max(naturalWidth, naturalHeight));
    canvas.width = Math.max(1, Math.round(naturalWidth * scale));
    canvas.height = Math.max(1, Math.round(naturalHeight * scale));
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", "What is selected. Paint here with a mouse, a finger or a pen.");
    this.ring = document.createElement("div");
    this.ring.className = "editor-ring";
    this.ring.hidden = true;
    this.stage.append(canvas, this.ring);
    const tokens = getComputedStyle(canvas);
    this.mask = new Mask(canvas, ["--signature-indigo", "--on-signature"].map((name) => tokens.getPropertyValue(name)));
    this.canvas = canvas;
  }

  listen() {
    const { canvas } = this;
    canvas.addEventListener("pointerdown", (event) => this.begin(event));
    canvas.addEventListener("pointermove", (event) => this.move(event));
    canvas.addEventListener("pointerup", (event) => this.end(event));
    canvas.addEventListener("pointercancel", () => this.drop());
    canvas.addEventListener("pointerleave", () => (this.ring.hidden = true));
    canvas.addEventListener("contextmenu", (event) => event.pointerType !== "mouse" && event.preventDefault());
    for (const [name, button] of Object.entries(this.buttons)) button.addEventListener("click", () => this[name]());
    this.size.addEventListener("input", () => this.showSize());
    this.rectangleFields().forEach((field) => field.addEventListener("keydown", (event) => this.enter(event)));
    document.addEventListener("keydown", (event) => this.key(event));
    this.form.addEventListener("submit", (event) => this.send(event));
    window.addEventListener("pagehide", () => this.keep());
    this.showSize();
  }

  // --- Painting ---
  place(event) {
    const box = this.canvas.getBoundingClientRect();
    const across = ((event.clientX - box.left) / box.width) * this.canvas.width;
    const down = ((event.clientY - box.top) / box.height) * this.canvas.height;
    return [Math.round(across), Math.round(down)];
  }

  brush() {
    return Math.max(2, Math.round((this.size.value / 100) * Math.max(this.canvas.width, this.canvas.height)));
  }

  begin(event) {
    if (!event.isPrimary || (event.button !== 0 && !(event.buttons & PEN_ERASER))) return;
    this.canvas.setPointerCapture(event.pointerId);
    const erase = this.erasing || Boolean(event.buttons & PEN_ERASER);
    this.stroke = { kind: "stroke", erase, size: this.brush(), points: [this.place(event)] };
    this.mask.draw(this.stroke);
  }

  move(event) {
    this.showRing(event);
    if (!this.stroke || !event.isPrimary) return;
    const events = event.getCoalescedEvents?.() ?? [];
    const since = [this.stroke.points.at(-1), ...(events.length ? events : [event]).map((each) => this.place(each))];
    this.stroke.points.push(...since.slice(1));
    this.mask.draw({ ...this.stroke, points: since });
  }

  end(event) {
    if (!this.stroke || !event.isPrimary) return;
    const { stroke } = this;
    this.stroke = null;
    this.change(stroke);
  }

  drop() {
    this.stroke = null; // a second finger came to move or zoom the page
    this.mask.redraw();
  }

  showRing(event) {
    const box = this.canvas.getBoundingClientRect();
    const across = (this.brush() / this.canvas.width) * box.width;
    this.ring.hidden = event.pointerType === "touch";
    this.ring.style.inlineSize = this.ring.style.blockSize = `${across}px`;
    this.ring.style.transform = `translate(${event.clientX - box.left - across / 2}px, ${event.clientY - box.top - across / 2}px)`;
  }

  // --- Buttons and keys ---
  change(action) {
    this.mask.add(action);
    this.tell();
  }

  brushOn() {
    this.hold(false);
  }

  eraserOn() {
    this.hold(true);
  }

  hold(erasing) {
    this.erasing = erasing;
    this.buttons.brushOn.setAttribute("aria-pressed", String(!erasing));
    this.buttons.eraserOn.setAttribute("aria-pressed", String(erasing));
  }

  undo() {
    this.mask.undo();
    this.tell();
  }

  redo() {
    this.mask.redo();
    this.tell();
  }

  clear() {
    if (this.mask.actions.length) this.change({ kind: "clear" });
  }

  invert() {
    this.change({ kind: "invert" });
  }

  addRectangle() {
    this.applyRectangle(false);
  }

  takeRectangle() {
    this.applyRectangle(true);
  }

  rectangleFields() {
    return ["left", "top", "width", "height"].map((side) => this.form.elements[side]);
  }

  applyRectangle(erase) {
    const fields = this.rectangleFields();
    for (const field of fields) field.required = true;
    const whole = fields.every((field) => field.reportValidity());
    for (const field of fields) field.required = false;
    if (!whole) return;
    const [left, top, width, height] = fields.map((field) => field.valueAsNumber / 100);
    const { width: across, height: down } = this.canvas;
    const box = { left: left * across, top: top * down, width: width * across, height: height * down };
    this.change({ kind: "rectangle", erase, ...box });
  }

  enter(event) {
    if (event.key !== "Enter") return;
    event.preventDefault(); // Return in a number of the rectangle selects it and does not send the form
    this.addRectangle();
  }

  key(event) {
    if (event.target.matches?.(TYPING)) return;
    if (event.key === "[" || event.key === "]") {
      this.size.stepUp(event.key === "]" ? 1 : -1);
      this.showSize();
    }
    if (!event.ctrlKey && !event.metaKey) return;
    const key = event.key.toLowerCase();
    if (key !== "z" && key !== "y") return;
    event.preventDefault();
    if (key === "y" || event.shiftKey) this.redo();
    else this.undo();
  }

  // --- What is said ---
  say(sentence) {
    this.form.querySelector("[data-share]").textContent = sentence;
  }

  showSize() {
    this.form.querySelector("[data-brush-shown]").textContent = `${this.size.value} %`;
    this.ring.hidden = true; // it comes back with the pointer, in its new size
  }

  tell(before = "") {
    const share = this.mask.share();
    this.buttons.undo.setAttribute("aria-disabled", String(!this.mask.actions.length));
    this.buttons.redo.setAttribute("aria-disabled", String(!this.mask.undone.length));
    if (share > 0) this.complain(false);
    if (share === 0) this.say("Nothing is selected yet.");
    else if (share === 1) this.say(`${before}100 % of the picture is selected.`);
    else if (share < 0.01) this.say(`${before}under 1 % of the picture is selected.`);
    else this.say(`${before}${Math.min(99, Math.round(share * 100))} % of the picture is selected.`);
  }

  complain(shown) {
    this.form.querySelector("[data-mask-errors]")?.remove();
    this.form.querySelector("[data-mask-error]").hidden = !shown;
  }

  // --- Sending and keeping ---
  send(event) {
    const files = new DataTransfer();
    const painted = this.mask.share() > 0;
    if (painted) files.items.add(this.mask.file());
    this.form.elements.mask.files = files.files;
    // Numbers that were typed and not applied yet are sent as they are: the server draws them.
    if (painted || this.rectangleFields().some((field) => field.value)) return;
    event.preventDefault();
    this.complain(true);
    this.stage.scrollIntoView({ block: "nearest" });
  }

  typed() {
    return [...this.form.elements].filter((field) => field.name && field.type !== "hidden" && field.type !== "file");
  }

  keep() {
    const fields = Object.fromEntries(this.typed().map((field) => [field.name, field.value]));
    draft.write({ actions: this.mask.actions, fields });
  }

  restore() {
    const { actions = [], fields = {} } = draft.read();
    this.mask.actions = actions;
    this.mask.redraw();
    if (this.form.dataset.filled) return; // the server has put back what was typed
    for (const field of this.typed()) if (field.name in fields) field.value = fields[field.name];
  }
}

for (const form of document.querySelectorAll("form[data-mask-editor]")) new Editor(form).start();
