// The controls of a demo: native inputs with labels, and their values.

import { toggle } from "./bar.js";
import { element, focusable, format, uniqueId } from "./elements.js";
import { greyOf } from "./picture_file.js";

/** @typedef {import("./types.js").Control} Control */

/** All controls of a demo. */
export class Controls {
  /**
   * @param {{controls: Control[]}} spec
   * @param {(name: string, value: any) => void} changed called when the reader changes a setting
   * @param {(bytes: Uint8Array) => void} give called with a file of the reader's
   */
  constructor(spec, changed, give) {
    this.changed = changed;
    this.give = give;
    /** @type {Record<string, any>} */
    this.values = {};
    /** @type {Record<string, (value: any) => void>} show a value in its control */
    this.nodes = {};
    /** @type {Record<string, (top: number) => void>} change the largest value of a slider */
    this.limits = {};
    /** @type {{control: Control, node: HTMLElement}[]} */
    this.placed = spec.controls.map((control) => ({ control, node: this.make(control) }));
    this.root = element("div", { class: "dnn-controls" });
    this.more = element("div", { class: "dnn-controls", hidden: true });
    for (const { control, node } of this.placed) (control.more ? this.more : this.root).append(node);
    if (this.more.children.length) this.root.append(toggle("More", this.more), this.more);
  }

  /** @param {Control} control */
  make(control) {
    switch (control.kind) {
      case "slider": return this.slider(control);
      case "choice": return this.choice(control);
      case "toggle": return this.toggle(control);
      case "many": return this.many(control);
      case "text": return this.text(control);
      case "picture": return this.picture(control);
      default: return this.grid(control);
    }
  }

  /**
   * @param {Control} control
   * @param {HTMLElement} input
   * @param {...Node} more
   */
  row(control, input, ...more) {
    input.id = uniqueId();
    const label = element("label", { for: input.id }, control.label);
    return element("div", { class: "dnn-control", title: control.help || false }, label, input, ...more);
  }

  /**
   * @param {string} name
   * @param {any} value
   */
  ask(name, value) {
    this.values[name] = value;
    this.hideOthers();
    this.changed(name, value);
  }

  /** @param {Control} control */
  slider(control) {
    const { low, high, step, log } = control;
    const limits = { min: log ? Math.log10(low) : low, max: log ? Math.log10(high) : high, step };
    const input = focusable("input", { type: "range", ...limits });
    const output = element("output", { "aria-hidden": "true" });
    /** @param {number} value */
    const show = (value) => {
      output.textContent = format(value);
      input.setAttribute("aria-valuetext", format(value) + (control.unit ? " " + control.unit : ""));
    };
    input.addEventListener("input", () => {
      const value = log ? Number((10 ** Number(input.value)).toPrecision(6)) : Number(input.value);
      show(value);
      this.ask(control.name, value);
    });
    this.nodes[control.name] = (value) => {
      input.value = String(log ? Math.log10(value) : value);
      show(value);
    };
    this.limits[control.name] = (top) => { input.max = String(top); };
    if (!control.ticks.length) return this.row(control, input, output);
    const options = control.ticks.map((/** @type {number} */ value) =>
      element("option", { value: log ? Math.log10(value) : value }));
    const marks = element("datalist", { id: uniqueId() }, ...options);
    input.setAttribute("list", marks.id);
    return this.row(control, input, output, marks);
  }

  /** @param {Control} control */
  choice(control) {
    const input = focusable("select", {});
    for (const option of control.options) input.append(element("option", { value: option }, option));
    input.addEventListener("change", () => this.ask(control.name, input.value));
    this.nodes[control.name] = (value) => { input.value = value; };
    return this.row(control, input);
  }

  /** @param {Control} control */
  toggle(control) {
    const input = focusable("input", { type: "checkbox" });
    input.addEventListener("change", () => this.ask(control.name, input.checked));
    this.nodes[control.name] = (value) => { input.checked = value; };
    return this.row(control, input);
  }

  /** @param {Control} control */
  many(control) {
    const group = element("fieldset", { class: "dnn-many" }, element("legend", {}, control.label));
    /** @type {string[]} */
    const options = control.options;
    /** @type {HTMLInputElement[]} */
    const boxes = options.map((option) => {
      const input = focusable("input", { type: "checkbox" });
      input.addEventListener("change", () =>
        this.ask(control.name, options.filter((_, i) => boxes[i].checked)));
      group.append(element("label", {}, input, " " + option));
      return input;
    });
    this.nodes[control.name] = (value) => boxes.forEach((box, i) => { box.checked = value.includes(options[i]); });
    return group;
  }

  /** @param {Control} control */
  text(control) {
    const input = focusable("input", { type: "text", size: control.size || 24, spellcheck: "false" });
    input.addEventListener("change", () => this.ask(control.name, input.value));
    this.nodes[control.name] = (value) => { input.value = value; };
    return this.row(control, input);
  }

  /**
   * The page sends the file's grey values once; the setting stays in Python.
   * @param {Control} control
   */
  picture(control) {
    const input = focusable("input", { type: "file", accept: "image/*" });
    const message = element("span", { class: "dnn-said", role: "status", id: uniqueId() });
    input.setAttribute("aria-describedby", message.id);
    input.addEventListener("change", async () => {
      const file = input.files?.[0];
      if (!file) return;
      try {
        this.give(await greyOf(file, /** @type {any} */ (control)));
        message.textContent = `Scaled to ${control.side} × ${control.side} grey pixels.`;
      } catch (refusal) {
        input.value = "";
        message.textContent = /** @type {Error} */ (refusal).message;
      }
    });
    return this.row(control, input, message);
  }

  /** @param {Control} control */
  grid(control) {
    const group = element("fieldset", { class: "dnn-grid" }, element("legend", {}, control.label));
    /** @type {HTMLInputElement[]} */
    let inputs = [];
    const read = (/** @type {number[][]} */ rows) => {
      const width = rows[0].length;
      const flat = inputs.map((node) => Number(node.value) || 0);
      this.ask(control.name, rows.map((_, r) => flat.slice(r * width, (r + 1) * width)));
    };
    this.nodes[control.name] = (/** @type {number[][]} */ rows) => {
      if (inputs.length !== rows.length * rows[0].length) {
        inputs.forEach((input) => input.remove());
        group.style.gridTemplateColumns = `repeat(${rows[0].length}, 4.5em)`;
        inputs = rows.flatMap((row, i) => row.map((_, j) => {
          const place = `row ${i + 1}, column ${j + 1}`;
          const input = focusable("input", { type: "number", step: "any", "aria-label": place });
          input.addEventListener("change", () => read(rows));
          return input;
        }));
        group.append(...inputs);
      }
      rows.flat().forEach((value, i) => { inputs[i].value = String(Number(value.toPrecision(3))); });
    };
    return group;
  }

  /** Hide what plays no part with the settings of now. */
  hideOthers() {
    for (const { control, node } of this.placed) {
      if (control.only) node.hidden = !control.only[1].includes(this.values[control.only[0]]);
    }
  }

  /**
   * Take over how many steps there are: that may have changed with another control.
   * @param {number} steps
   */
  fit(steps) {
    this.limits.step(steps - 1);
    this.values.step = Math.min(this.values.step ?? 0, steps - 1);
    this.nodes.step(this.values.step);
  }

  /**
   * Show settings.
   * @param {Record<string, any>} values
   * @param {number} [steps] how many steps there are
   */
  set(values, steps) {
    for (const [name, value] of Object.entries(values)) {
      this.values[name] = value;
      if (name === "step" && steps !== undefined && this.limits.step) this.limits.step(steps - 1);
      if (this.nodes[name]) this.nodes[name](value);
    }
    this.hideOthers();
  }
}
