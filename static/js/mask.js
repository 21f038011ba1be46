// A mask over a picture: a list of actions, drawn onto a canvas. Undo takes the last action away, and the list
// can be kept as JSON. For js/mask-editor.js.

const HALF_COVERED = 128; // of 255: from here on a pixel at the rim of a stroke counts as painted
const STRIPE = 10; // px: stripes of two colours show on a picture of any colour

function stripes(colours) {
  const tile = document.createElement("canvas");
  tile.width = tile.height = 2 * STRIPE;
  const context = tile.getContext("2d");
  context.fillStyle = colours[0];
  context.fillRect(0, 0, tile.width, tile.height);
  context.strokeStyle = colours[1];
  context.lineWidth = STRIPE / 1.5;
  for (const shift of [-2, 0, 2]) {
    context.moveTo((shift - 1) * STRIPE, 3 * STRIPE);
    context.lineTo((shift + 3) * STRIPE, -STRIPE);
  }
  context.stroke();
  return tile;
}

/** Actions are {kind: stroke | rectangle | invert | clear, erase, ...}, with places in pixels of the canvas. */
export class Mask {
  constructor(canvas, colours) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d", { willReadFrequently: true });
    this.paint = this.context.createPattern(stripes(colours), "repeat");
    this.actions = [];
    this.undone = [];
  }

  add(action) {
    this.actions.push(action);
    this.undone = [];
    this.redraw();
  }

  undo() {
    if (this.actions.length) this.undone.push(this.actions.pop());
    this.redraw();
  }

  redo() {
    if (this.undone.length) this.actions.push(this.undone.pop());
    this.redraw();
  }

  redraw() {
    this.context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    for (const action of this.actions) this.draw(action);
  }

  draw(action) {
    const { context, canvas } = this;
    context.fillStyle = context.strokeStyle = this.paint;
    context.globalCompositeOperation = action.erase ? "destination-out" : "source-over";
    if (action.kind === "stroke") this.drawStroke(action);
    if (action.kind === "rectangle") context.fillRect(action.left, action.top, action.width, action.height);
    if (action.kind === "clear") context.clearRect(0, 0, canvas.width, canvas.height);
    if (action.kind === "invert") {
      context.globalCompositeOperation = "source-out"; // painted where nothing was, and nothing where it was
      context.fillRect(0, 0, canvas.width, canvas.height);
    }
  }

  drawStroke({ points, size }) {
    const { context } = this;
    context.lineWidth = size;
    context.lineCap = context.lineJoin = "round";
    context.beginPath();
    context.arc(...points[0], size / 2, 0, 2 * Math.PI); // a line of no length would not be drawn
    context.fill();
    context.beginPath();
    for (const point of points) context.lineTo(...point);
    context.stroke();
  }

  alphas() {
    return this.context.getImageData(0, 0, this.canvas.width, this.canvas.height);
  }

  /** How much of the picture is painted, from 0 to 1. */
  share() {
    const { data } = this.alphas();
    let painted = 0;
    for (let at = 3; at < data.length; at += 4) if (data[at] >= HALF_COVERED) painted += 1;
    return painted / (data.length / 4);
  }

  /** A PNG of the same size: white where it is painted, black elsewhere. */
  file() {
    const pixels = this.alphas();
    for (let at = 0; at < pixels.data.length; at += 4) {
      pixels.data.fill(pixels.data[at + 3] >= HALF_COVERED ? 255 : 0, at, at + 3);
      pixels.data[at + 3] = 255;
    }
    const canvas = document.createElement("canvas");
    canvas.width = pixels.width;
    canvas.height = pixels.height;
    canvas.getContext("2d").putImageData(pixels, 0, 0);
    // toBlob would answer later; the form is on its way now.
    const bytes = atob(canvas.toDataURL("image/png").split(",")[1]);
    return new File([Uint8Array.from(bytes, (byte) => byte.charCodeAt(0))], "mask.png", { type: "image/png" });
  }
}
