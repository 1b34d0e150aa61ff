// The pictures of a demo, their texts, and the pointer and keys in the picture that has keys.

import { element, focusable } from "./elements.js";
import { drawPanel, scalesOf } from "./panels.js";

/** @typedef {import("./types.js").State} State */

const NEAR = 22; // pixels from the pointer to what it points at, at most

/**
 * Say something beside the pointer; nothing where the words are empty.
 * @param {HTMLCanvasElement} canvas
 * @param {HTMLElement} beside
 * @param {PointerEvent} event
 * @param {string} words
 */
function sayBeside(canvas, beside, event, words) {
  beside.textContent = words;
  beside.hidden = !words;
  const area = canvas.getBoundingClientRect(), left = event.clientX - area.left, wide = beside.offsetWidth;
  beside.style.left = `${canvas.offsetLeft + Math.max(0, Math.min(left + 12, area.width - wide))}px`;
  beside.style.top = `${canvas.offsetTop + Math.max(4, event.clientY - area.top - 34)}px`;
}

/** Draws the panels of the state into canvases that persist. */
export class Pictures {
  /**
   * @param {import("./types.js").Spec} spec
   * @param {import("./link.js").Link} link
   * @param {(step: number) => void} scrub called with the step that the pointer is over
   */
  constructor(spec, link, scrub) {
    this.spec = spec;
    this.link = link;
    this.scrub = scrub;
    /** @type {State | null} */
    this.state = null;
    this.step = 0;
    /** @type {HTMLCanvasElement[]} */
    this.canvases = [];
    this.root = element("div", { class: spec.tall ? "dnn-pictures dnn-tall" : "dnn-pictures" });
  }

  /**
   * Draw all panels as they are at one step.
   * @param {State} state
   * @param {number} step
   * @param {string} sentence what is to be seen
   */
  draw(state, step, sentence) {
    this.state = state;
    this.step = step;
    if (this.canvases.length !== state.panels.length) {
      const figures = state.panels.map((panel, index) => this.figure(panel, index));
      this.root.replaceChildren(...figures);
      this.canvases = figures.map((figure) => /** @type {HTMLCanvasElement} */ (figure.querySelector("canvas")));
    }
    state.panels.forEach((panel, index) => {
      const canvas = this.canvases[index];
      drawPanel(canvas, panel, step);
      const words = panel.alt || `${panel.title}. ${sentence}`;
      if (canvas.getAttribute("aria-label") !== words) canvas.setAttribute("aria-label", words);
      const caption = /** @type {Element} */ (canvas.previousElementSibling);
      if (caption.textContent !== panel.title) caption.textContent = panel.title;
    });
  }

  /**
   * @param {import("./types.js").Panel} panel
   * @param {number} index
   */
  figure(panel, index) {
    const keyed = this.spec.keys.length > 0 && index === this.spec.keyed;
    const roles = { role: "application", tabindex: "0", "aria-roledescription": "plot with keys" };
    const canvas = focusable("canvas", keyed ? roles : { role: "img" });
    if (keyed) this.listen(canvas, index);
    const beside = element("div", { class: "dnn-beside", "aria-hidden": "true", hidden: true });
    if (panel.scrub) this.follow(canvas, index, beside);
    else if (panel.spots?.length) this.name(canvas, index, beside);
    return element("figure", { class: "dnn-panel" }, element("figcaption", {}, panel.title), canvas, beside);
  }

  /**
   * Let the step follow the pointer, and say beside it what is there.
   * @param {HTMLCanvasElement} canvas
   * @param {number} index
   * @param {HTMLElement} beside
   */
  follow(canvas, index, beside) {
    /** @param {PointerEvent} event */
    const stepAt = (event) => {
      const panel = this.state?.panels[index];
      if (!panel?.scrub) return null;
      const area = canvas.getBoundingClientRect();
      const [origin, per] = panel.scrub, last = (panel.hover?.length ?? 1) - 1;
      const x = scalesOf(panel, area.width, area.height).x.back(event.clientX - area.left);
      return { panel, step: Math.max(0, Math.min(last, Math.round((x - origin) * per))) };
    };
    canvas.addEventListener("pointerdown", (event) => {
      const at = stepAt(event);
      if (at?.panel.picks) this.scrub(at.step);
    });
    canvas.addEventListener("pointermove", (event) => {
      const at = stepAt(event);
      if (!at) return;
      const { panel, step } = at;
      sayBeside(canvas, beside, event, panel.hover?.[step] ?? "");
      if (panel.picks) return;
      if (!event.buttons || canvas.getAttribute("role") === "img") this.scrub(step);
    });
    canvas.addEventListener("pointerleave", () => { beside.hidden = true; });
  }

  /**
   * Say beside the pointer what lies nearest to it.
   * @param {HTMLCanvasElement} canvas
   * @param {number} index
   * @param {HTMLElement} beside
   */
  name(canvas, index, beside) {
    canvas.addEventListener("pointermove", (event) => {
      const panel = this.state?.panels[index];
      if (!panel) return;
      const area = canvas.getBoundingClientRect(), { x, y } = scalesOf(panel, area.width, area.height);
      let words = "", least = NEAR;
      for (const [across, up, text] of event.buttons ? [] : panel.spots ?? []) {
        const gap = Math.hypot(x.at(across) - event.clientX + area.left, y.at(up) - event.clientY + area.top);
        if (gap < least) [words, least] = [typeof text === "string" ? text : text[this.step], gap];
      }
      sayBeside(canvas, beside, event, words);
    });
    canvas.addEventListener("pointerleave", () => { beside.hidden = true; });
  }

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {number} index
   */
  listen(canvas, index) {
    canvas.addEventListener("keydown", (event) => {
      if (!this.spec.keys.some(([key]) => key === event.key) || event.ctrlKey || event.altKey || event.metaKey) return;
      event.preventDefault();
      this.link.act("key", [event.key, event.shiftKey]);
    });
    /** @param {PointerEvent} event */
    const point = (event) => {
      if (!this.state) return;
      const area = canvas.getBoundingClientRect();
      const { x, y } = scalesOf(this.state.panels[index], area.width, area.height);
      this.link.act("point", [x.back(event.clientX - area.left), y.back(event.clientY - area.top)]);
    };
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      point(event);
    });
    /** @type {PointerEvent | null} the last move, where Python was still busy with one before */
    let missed = null;
    canvas.addEventListener("pointermove", (event) => {
      if (!event.buttons) return;
      missed = this.link.waiting ? event : null;
      if (!missed) point(event);
    });
    canvas.addEventListener("pointerup", () => {
      if (missed) point(missed);
      missed = null;
    });
  }
}
