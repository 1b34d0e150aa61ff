// The marks that pictures are made of. Each takes the canvas, the mark, the scales and the step that is shown.

import { COLOURS, DASHES, FONT, INK, PAPER } from "./style.js";

/**
 * Scales and frame of a picture, in CSS pixels.
 * @typedef {{x: import("./scale.js").Scale, y: import("./scale.js").Scale,
 *   box: {left: number, right: number, top: number, bottom: number}}} Scales
 */

/**
 * Begin a path around a small shape.
 * @param {CanvasRenderingContext2D} context
 * @param {string} shape
 * @param {number} x
 * @param {number} y
 * @param {number} r half its size in pixels
 */
function shapeAt(context, shape, x, y, r) {
  context.beginPath();
  if (shape === "triangle") {
    context.moveTo(x, y - 1.2 * r);
    context.lineTo(x + 1.1 * r, y + 0.8 * r);
    context.lineTo(x - 1.1 * r, y + 0.8 * r);
  } else if (shape === "square") context.rect(x - 0.9 * r, y - 0.9 * r, 1.8 * r, 1.8 * r);
  else if (shape === "diamond") {
    context.moveTo(x, y - 1.3 * r);
    context.lineTo(x + 1.3 * r, y);
    context.lineTo(x, y + 1.3 * r);
    context.lineTo(x - 1.3 * r, y);
  } else if (shape === "star") {
    for (let k = 0; k < 10; k++) {
      const size = k % 2 ? 0.6 * r : 1.5 * r, angle = (k * Math.PI) / 5 - Math.PI / 2;
      context.lineTo(x + size * Math.cos(angle), y + size * Math.sin(angle));
    }
  } else context.arc(x, y, r, 0, 2 * Math.PI);
  context.closePath();
}

/**
 * Write a character at some points, legible on fields.
 * @param {CanvasRenderingContext2D} context
 * @param {any} mark
 * @param {Pick<Scales, "x" | "y">} scales
 * @param {number} first
 * @param {number} last the first point that is left out
 */
function letters(context, mark, { x, y }, first, last) {
  context.font = `bold ${3 * mark.size}px system-ui, sans-serif`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.lineWidth = 3;
  context.strokeStyle = PAPER;
  context.fillStyle = COLOURS[mark.series];
  for (let i = first; i < last; i++) {
    context.strokeText(mark.shape, x.at(mark.x[i]), y.at(mark.y[i]));
    context.fillText(mark.shape, x.at(mark.x[i]), y.at(mark.y[i]));
  }
  context.font = FONT;
}

/** @type {Record<string, (context: CanvasRenderingContext2D, mark: any, scales: Scales, step: number) => void>} */
export const MARKS = {
  field(context, mark, { x, y }) {
    const [rows, columns] = mark.shape;
    const picture = new OffscreenCanvas(columns, rows);
    const inside = /** @type {OffscreenCanvasRenderingContext2D} */ (picture.getContext("2d"));
    const image = inside.createImageData(columns, rows), table = mark.table;
    for (let i = 0; i < rows * columns; i++) {
      const k = 3 * mark.values[i];
      image.data.set([table[k], table[k + 1], table[k + 2], 255], 4 * i);
    }
    inside.putImageData(image, 0, 0);
    context.imageSmoothingEnabled = mark.smooth;
    const [left, right, bottom, top] = mark.extent;
    context.drawImage(picture, x.at(left), y.at(top), x.at(right) - x.at(left), y.at(bottom) - y.at(top));
  },
  line(context, mark, { x, y }, step) {
    const count = mark.grows ? Math.min(mark.x.length, step + 1) : mark.x.length;
    context.beginPath();
    let pen = false;
    for (let i = 0; i < count; i++) {
      const px = x.at(mark.x[i]), py = y.at(mark.y[i]);
      const good = Number.isFinite(px) && Number.isFinite(py);
      if (good && pen) context.lineTo(px, py);
      else if (good) context.moveTo(px, py);
      pen = good;
    }
    context.strokeStyle = mark.ghost ? "#9a9a9a" : COLOURS[mark.series];
    context.lineWidth = mark.ghost ? 1.5 : mark.width;
    context.setLineDash(mark.solid ? [] : DASHES[mark.series]);
    context.stroke();
    context.setLineDash([]);
    if (!mark.end || !count) return;
    shapeAt(context, mark.end, x.at(mark.x[count - 1]), y.at(mark.y[count - 1]), 5);
    context.fillStyle = COLOURS[mark.series];
    context.fill();
  },
  points(context, mark, { x, y }, step) {
    const first = mark.grows ? Math.min(step, mark.x.length - 1) : 0;
    const last = mark.grows ? first + 1 : mark.x.length;
    if (mark.shape.length === 1) return letters(context, mark, { x, y }, first, last);
    for (let i = first; i < last; i++) {
      shapeAt(context, mark.shape, x.at(mark.x[i]), y.at(mark.y[i]), mark.size);
      context.fillStyle = mark.hollow ? PAPER : COLOURS[mark.series];
      context.fill();
      context.strokeStyle = mark.hollow ? COLOURS[mark.series] : PAPER;
      context.lineWidth = mark.hollow ? 2 : 1;
      context.stroke();
    }
  },
  bars(context, mark, { x, y, box }) {
    context.fillStyle = COLOURS[mark.series];
    context.globalAlpha = mark.alpha;
    for (let i = 0; i < mark.y.length; i++) {
      const left = x.at(mark.edges[i]), top = y.at(mark.y[i]);
      context.fillRect(left, top, Math.max(1, x.at(mark.edges[i + 1]) - left - 1), box.bottom - top);
    }
    context.globalAlpha = 1;
  },
  rule(context, mark, { x, y, box }) {
    context.strokeStyle = COLOURS[mark.series];
    context.lineWidth = 1.5;
    context.setLineDash([5, 4]);
    context.beginPath();
    if (mark.x !== null) {
      context.moveTo(x.at(mark.x), box.top);
      context.lineTo(x.at(mark.x), box.bottom);
    } else {
      context.moveTo(box.left, y.at(mark.y));
      context.lineTo(box.right, y.at(mark.y));
    }
    context.stroke();
    context.setLineDash([]);
  },
  arrow(context, mark, { x, y }) {
    const [x0, y0, x1, y1] = [x.at(mark.x0), y.at(mark.y0), x.at(mark.x1), y.at(mark.y1)];
    const angle = Math.atan2(y1 - y0, x1 - x0);
    context.strokeStyle = context.fillStyle = COLOURS[mark.series];
    context.lineWidth = mark.width;
    context.beginPath();
    context.moveTo(x0, y0);
    context.lineTo(x1 - 7 * Math.cos(angle), y1 - 7 * Math.sin(angle));
    context.stroke();
    context.beginPath();
    context.moveTo(x1, y1);
    for (const turn of [2.7, -2.7]) context.lineTo(x1 + 10 * Math.cos(angle + turn), y1 + 10 * Math.sin(angle + turn));
    context.fill();
  },
  box(context, mark, { x, y }) {
    const [left, top] = [x.at(mark.x - mark.width / 2), y.at(mark.y + mark.height / 2)];
    const [wide, high] = [x.at(mark.x + mark.width / 2) - left, y.at(mark.y - mark.height / 2) - top];
    context.beginPath();
    context.roundRect(left, top, wide, high, mark.round);
    context.fillStyle = mark.fill || PAPER;
    context.fill();
    context.strokeStyle = mark.strong ? COLOURS[5] : COLOURS[mark.series];
    context.lineWidth = mark.strong ? 3 : 1.2;
    context.stroke();
    context.textAlign = "center";
    context.textBaseline = "middle";
    mark.lines.forEach((/** @type {string} */ line, /** @type {number} */ i) => {
      context.font = i ? FONT : "bold " + FONT;
      context.fillStyle = mark.ink || INK;
      const pitch = Math.min(15, high / mark.lines.length); // lines keep off the frame
      context.fillText(line, left + wide / 2, top + high / 2 + (i - (mark.lines.length - 1) / 2) * pitch, wide - 4);
    });
    context.font = FONT;
  },
  text(context, mark, { x, y }) {
    context.font = (mark.bold ? "bold " : "") + FONT;
    context.textAlign = mark.align;
    context.textBaseline = "middle";
    const [px, py] = [x.at(mark.x) + mark.dx, y.at(mark.y) + mark.dy];
    context.lineWidth = 3;
    context.strokeStyle = PAPER;
    context.strokeText(mark.text, px, py);
    context.fillStyle = mark.series === null ? INK : COLOURS[mark.series];
    context.fillText(mark.text, px, py);
    context.font = FONT;
  },
};
