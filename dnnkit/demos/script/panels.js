// One picture on a canvas: axes, labels and marks.

import { format, power } from "./elements.js";
import { MARKS } from "./marks.js";
import { Scale } from "./scale.js";
import { FONT, GREY, INK, MARGIN, PAPER } from "./style.js";

/** @typedef {import("./types.js").Panel} Panel */
/** @typedef {import("./marks.js").Scales} Scales */

/**
 * Make the scales of a picture.
 * @param {Panel} panel
 * @param {number} width in CSS pixels
 * @param {number} height in CSS pixels
 * @returns {Scales}
 */
export function scalesOf(panel, width, height) {
  const m = panel.axes ? MARGIN : { left: 6, right: 6, top: 10, bottom: panel.xlabel ? 24 : 6 };
  const box = { left: m.left, right: width - m.right, top: m.top, bottom: height - m.bottom };
  if (panel.equal) {
    const perX = (box.right - box.left) / (panel.xlim[1] - panel.xlim[0]);
    const perY = (box.bottom - box.top) / (panel.ylim[1] - panel.ylim[0]);
    const per = Math.min(perX, perY);
    box.right = box.left + per * (panel.xlim[1] - panel.xlim[0]);
    box.bottom = box.top + per * (panel.ylim[1] - panel.ylim[0]);
  }
  const x = new Scale(panel.xlim, [box.left, box.right], panel.xlog);
  const y = new Scale(panel.ylim, [box.bottom, box.top], panel.ylog);
  return { x, y, box };
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Panel} panel
 * @param {Scales} scales
 */
function drawAxes(context, panel, { x, y, box }) {
  context.strokeStyle = GREY;
  context.fillStyle = INK;
  context.lineWidth = 1;
  context.strokeRect(box.left, box.top, box.right - box.left, box.bottom - box.top);
  context.textAlign = "center";
  context.textBaseline = "top";
  for (const tick of x.ticks(5)) context.fillText(panel.xlog ? power(tick) : format(tick), x.at(tick), box.bottom + 5);
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (const tick of y.ticks(5)) context.fillText(panel.ylog ? power(tick) : format(tick), box.left - 5, y.at(tick));
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Panel} panel
 * @param {Scales} scales
 * @param {number} height
 */
function drawLabels(context, panel, { box }, height) {
  context.fillStyle = INK;
  context.textAlign = "center";
  context.textBaseline = "bottom";
  if (panel.xlabel) context.fillText(panel.xlabel, (box.left + box.right) / 2, Math.min(height - 4, box.bottom + 38));
  if (!panel.ylabel) return;
  context.save();
  context.translate(13, (box.top + box.bottom) / 2);
  context.rotate(-Math.PI / 2);
  context.fillText(panel.ylabel, 0, 3);
  context.restore();
}

/**
 * Make a canvas as large as its picture in the screen's own pixels.
 * @param {HTMLCanvasElement} canvas
 * @param {Panel} panel
 * @returns {CanvasRenderingContext2D}
 */
function prepare(canvas, { width, height }) {
  const ratio = window.devicePixelRatio || 1;
  if (canvas.width !== width * ratio || canvas.height !== height * ratio) {
    canvas.width = width * ratio;
    canvas.height = height * ratio;
    canvas.style.width = width + "px";
  }
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.font = FONT;
  context.fillStyle = PAPER;
  context.fillRect(0, 0, width, height);
  return context;
}

/**
 * Draw a picture as it is at one step.
 * @param {HTMLCanvasElement} canvas
 * @param {Panel} panel
 * @param {number} step
 */
export function drawPanel(canvas, panel, step) {
  const context = prepare(canvas, panel);
  const scales = scalesOf(panel, panel.width, panel.height);
  const { left, right, top, bottom } = scales.box;
  context.save();
  context.beginPath();
  context.rect(left, top, right - left, bottom - top);
  if (panel.axes) context.clip();
  for (const mark of panel.marks) {
    if (mark.show && (step < mark.show[0] || step > mark.show[1])) continue;
    MARKS[mark.kind](context, mark, scales, step);
  }
  context.restore();
  context.font = FONT;
  if (panel.axes) drawAxes(context, panel, scales);
  drawLabels(context, panel, scales, panel.height);
}

/**
 * Replace references to the data block by arrays.
 * @param {import("./types.js").State} state
 * @param {DataView | null} data
 */
export function unpack(state, data) {
  const start = data ? data.byteOffset : 0;
  /** @param {[string, number, number]} reference kind, offset in bytes, number of elements */
  const arrayAt = ([kind, offset, count]) => {
    const buffer = /** @type {DataView} */ (data).buffer;
    if (kind === "f") return new Float32Array(buffer.slice(start + offset, start + offset + 4 * count));
    return new Uint8Array(buffer.slice(start + offset, start + offset + count));
  };
  for (const panel of state.panels) {
    for (const mark of panel.marks) {
      for (const key of mark.arrays || []) mark[key] = arrayAt(mark[key]);
    }
  }
  return state;
}
