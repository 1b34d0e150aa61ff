// The front end of every demo. Python describes (controls, panels, texts); this file draws them and sends back what was asked.
// It is plain JavaScript that the browser reads as it stands: no build step.
//
//   model.spec   JSON, once: title, controls, presets, keys, question
//   model.state  JSON, after each change: settings, panels, texts, table, and the number of the last action done
//   model.data   the arrays of the panels, one after the other
//   model.asked  JSON, from here: the settings that the reader wants, and actions not yet done
//   model.file   bytes, from here: a file of the reader's own, before the action "file"

const COLOURS = ["#000000", "#E69F00", "#56B4E9", "#009E73", "#0072B2", "#D55E00", "#CC79A7"];
const DASHES = [[], [7, 3], [2, 2], [9, 3, 2, 3], [4, 2], [12, 4], [6, 2, 2, 2, 2, 2]];
const GREY = "#767676", INK = "#222222", PAPER = "#ffffff";
const FONT = "12px system-ui, sans-serif";
const MARGIN = { left: 50, right: 12, top: 10, bottom: 40 };
const SUPPRESS = "data-lm-suppress-shortcuts"; // JupyterLab leaves keys alone when the focused element carries this

// ---- small builders ------------------------------------------------------------------------------------------------

function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children);
  return node;
}

function focusable(tag, attributes, ...children) {
  return element(tag, { ...attributes, [SUPPRESS]: "true" }, ...children);
}

function format(value) {
  if (typeof value !== "number") return String(value);
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size < 0.001 || size >= 1e5) return value.toExponential(1);
  return String(Number(value.toPrecision(3)));
}

// ---- the scene: panels of marks on canvases ------------------------------------------------------------------------

class Scale {
  constructor([low, high], [from, to], log) {
    this.log = log;
    this.low = log ? Math.log10(low) : low;
    this.high = log ? Math.log10(high) : high;
    this.from = from;
    this.to = to;
  }
  at(value) {
    const v = this.log ? Math.log10(value) : value;
    return this.from + ((v - this.low) / (this.high - this.low)) * (this.to - this.from);
  }
  back(pixel) {
    const v = this.low + ((pixel - this.from) / (this.to - this.from)) * (this.high - this.low);
    return this.log ? 10 ** v : v;
  }
  ticks(count) {
    if (this.log) {
      const stride = Math.max(1, Math.ceil((this.high - this.low) / count));
      const first = Math.ceil(this.low - 1e-9), found = [];
      for (let e = first; e <= this.high + 1e-9; e += stride) found.push(10 ** e);
      return found;
    }
    const raw = (this.high - this.low) / count, unit = 10 ** Math.floor(Math.log10(raw));
    const step = [1, 2, 5, 10].map((m) => m * unit).find((s) => s >= raw);
    const found = [];
    for (let k = Math.ceil(this.low / step - 1e-9); k * step <= this.high + 1e-9 * step; k++) found.push(k * step);
    return found;
  }
}

function power(value) {
  const superscript = (n) => String(n).replace("-", "⁻").replace(/[0-9]/g, (d) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[d]);
  const e = Math.round(Math.log10(value));
  return e >= -2 && e <= 3 ? format(value) : "10" + superscript(e);
}

function scalesOf(panel, width, height) {
  const m = panel.axes ? MARGIN : { left: 6, right: 6, top: 10, bottom: panel.xlabel ? 24 : 6 };
  let box = { left: m.left, right: width - m.right, top: m.top, bottom: height - m.bottom };
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

const MARKS = {
  field(context, mark, { x, y }) {
    const [rows, columns] = mark.shape;
    const picture = new OffscreenCanvas(columns, rows), inside = picture.getContext("2d");
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
    mark.lines.forEach((line, i) => {
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

function drawPanel(canvas, panel, step) {
  const ratio = window.devicePixelRatio || 1, { width, height } = panel;
  if (canvas.width !== width * ratio || canvas.height !== height * ratio) {
    canvas.width = width * ratio;
    canvas.height = height * ratio;
    canvas.style.width = width + "px";
  }
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.font = FONT;
  context.fillStyle = PAPER;
  context.fillRect(0, 0, width, height);
  const scales = scalesOf(panel, width, height);
  context.save();
  context.beginPath();
  context.rect(scales.box.left, scales.box.top, scales.box.right - scales.box.left, scales.box.bottom - scales.box.top);
  if (panel.axes) context.clip();
  for (const mark of panel.marks) {
    if (mark.show && (step < mark.show[0] || step > mark.show[1])) continue;
    MARKS[mark.kind](context, mark, scales, step);
  }
  context.restore();
  context.font = FONT;
  if (panel.axes) drawAxes(context, panel, scales);
  drawLabels(context, panel, scales, height);
}

// Replace references to the data block by arrays.
function unpack(state, data) {
  const start = data ? data.byteOffset : 0;
  const arrays = { f: Float32Array, b: Uint8Array };
  const at = ([kind, offset, count]) => new arrays[kind](data.buffer.slice(start + offset, start + offset + count * (kind === "f" ? 4 : 1)));
  for (const panel of state.panels) {
    for (const mark of panel.marks) {
      for (const key of mark.arrays || []) mark[key] = at(mark[key]);
    }
  }
  return state;
}

// Read a picture from a file: the middle square of it, side × side grey values, row by row.
async function greyOf(file, { side, most }) {
  if (file.size > most) throw new Error(`This file has more than ${most / 1e6} MB. Please choose a smaller picture.`);
  let picture;
  try {
    picture = await createImageBitmap(file);
  } catch {
    throw new Error("The browser sees no picture in this file. Please choose a PNG or JPEG picture.");
  }
  const context = new OffscreenCanvas(side, side).getContext("2d"), cut = Math.min(picture.width, picture.height);
  context.fillStyle = PAPER; // behind what is transparent
  context.fillRect(0, 0, side, side);
  context.imageSmoothingQuality = "high";
  context.drawImage(picture, (picture.width - cut) / 2, (picture.height - cut) / 2, cut, cut, 0, 0, side, side);
  picture.close();
  const { data } = context.getImageData(0, 0, side, side);
  return Uint8Array.from({ length: side * side }, (_, i) => Math.round(0.299 * data[4 * i] + 0.587 * data[4 * i + 1] + 0.114 * data[4 * i + 2]));
}

// ---- controls ------------------------------------------------------------------------------------------------------

class Controls {
  constructor(spec, changed, give) {
    this.changed = changed;
    this.give = give;
    this.values = {};
    this.nodes = {};
    this.root = element("div", { class: "dnn-controls" });
    for (const control of spec.controls) this.root.append(this[control.kind](control));
  }
  row(control, input, ...more) {
    const id = "dnn-" + Math.random().toString(36).slice(2);
    input.id = id;
    const label = element("label", { for: id }, control.label);
    return element("div", { class: "dnn-control", title: control.help || false }, label, input, ...more);
  }
  ask(name, value) {
    this.values[name] = value;
    this.changed(name, value);
  }
  slider(control) {
    const { low, high, step, log } = control;
    const input = focusable("input", { type: "range", min: log ? Math.log10(low) : low, max: log ? Math.log10(high) : high, step });
    const output = element("output", { "aria-hidden": "true" });
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
      input.value = log ? Math.log10(value) : value;
      show(value);
    };
    this.limits = { ...this.limits, [control.name]: (top) => { input.max = top; } };
    if (!control.ticks.length) return this.row(control, input, output);
    const marks = element("datalist", { id: "dnn-" + Math.random().toString(36).slice(2) },
      ...control.ticks.map((value) => element("option", { value: log ? Math.log10(value) : value })));
    input.setAttribute("list", marks.id);
    return this.row(control, input, output, marks);
  }
  choice(control) {
    const input = focusable("select", {});
    for (const option of control.options) input.append(element("option", { value: option }, option));
    input.addEventListener("change", () => this.ask(control.name, input.value));
    this.nodes[control.name] = (value) => { input.value = value; };
    return this.row(control, input);
  }
  toggle(control) {
    const input = focusable("input", { type: "checkbox" });
    input.addEventListener("change", () => this.ask(control.name, input.checked));
    this.nodes[control.name] = (value) => { input.checked = value; };
    return this.row(control, input);
  }
  many(control) {
    const group = element("fieldset", { class: "dnn-many" }, element("legend", {}, control.label));
    const boxes = control.options.map((option) => {
      const input = focusable("input", { type: "checkbox" });
      input.addEventListener("change", () =>
        this.ask(control.name, control.options.filter((_, i) => boxes[i].checked)));
      group.append(element("label", {}, input, " " + option));
      return input;
    });
    this.nodes[control.name] = (value) => boxes.forEach((box, i) => { box.checked = value.includes(control.options[i]); });
    return group;
  }
  text(control) {
    const input = focusable("input", { type: "text", size: control.size || 24, spellcheck: "false" });
    input.addEventListener("change", () => this.ask(control.name, input.value));
    this.nodes[control.name] = (value) => { input.value = value; };
    return this.row(control, input);
  }
  picture(control) { // the page sends the file's grey values once; the setting stays in Python
    const input = focusable("input", { type: "file", accept: "image/*" });
    const said = element("span", { class: "dnn-said", role: "status", id: "dnn-said-" + Math.random().toString(36).slice(2) });
    input.setAttribute("aria-describedby", said.id);
    input.addEventListener("change", async () => {
      const file = input.files[0];
      if (!file) return;
      try {
        this.give(await greyOf(file, control));
        said.textContent = `Scaled to ${control.side} × ${control.side} grey pixels.`;
      } catch (refusal) {
        input.value = "";
        said.textContent = refusal.message;
      }
    });
    return this.row(control, input, said);
  }
  grid(control) {
    const group = element("fieldset", { class: "dnn-grid" }, element("legend", {}, control.label));
    let inputs = [];
    this.nodes[control.name] = (rows) => {
      if (inputs.length !== rows.length * rows[0].length) {
        inputs.forEach((input) => input.remove());
        group.style.gridTemplateColumns = `repeat(${rows[0].length}, 4.5em)`;
        inputs = rows.flatMap((row, i) => row.map((_, j) => {
          const input = focusable("input", { type: "number", step: "any", "aria-label": `row ${i + 1}, column ${j + 1}` });
          const width = rows[0].length;
          input.addEventListener("change", () => {
            const flat = inputs.map((node) => Number(node.value) || 0);
            this.ask(control.name, rows.map((_, r) => flat.slice(r * width, (r + 1) * width)));
          });
          return input;
        }));
        group.append(...inputs);
      }
      rows.flat().forEach((value, i) => { inputs[i].value = Number(value.toPrecision(3)); });
    };
    return group;
  }
  fit(steps) { // the steps that there are may have changed with another control
    this.limits.step(steps - 1);
    this.values.step = Math.min(this.values.step ?? 0, steps - 1);
    this.nodes.step(this.values.step);
  }
  set(values, steps) {
    for (const [name, value] of Object.entries(values)) {
      this.values[name] = value;
      if (name === "step" && steps !== undefined && this.limits && this.limits.step) this.limits.step(steps - 1);
      if (this.nodes[name]) this.nodes[name](value);
    }
  }
}

// ---- the demo ------------------------------------------------------------------------------------------------------

function render({ model, el }) {
  const spec = JSON.parse(model.get("spec"));
  const local = spec.controls.some((control) => control.name === "step" && control.local);
  const still = window.matchMedia("(prefers-reduced-motion: reduce)");
  let state = null, pending = [], serial = 0, running = false, timer = null, canvases = [], spoken = null, waiting = false;
  let fresh = true, beat = null, paused = 0; // the timer of the next local step; the number of the last pause

  function send() {
    // the time makes each request a new one: Python may have changed a setting that the reader now changes back
    model.set("asked", JSON.stringify({ values: controls.values, actions: pending, at: performance.now() }));
    model.save_changes();
  }
  function act(name, argument = null) {
    serial = Math.max(serial, state.done) + 1; // another view of this demo may have counted further
    pending.push([serial, name, argument]);
    waiting = true;
    send();
  }
  const controls = new Controls(spec, (name) => {
    if (name === "step" && local) {
      redraw();
      clearTimeout(timer);
      timer = setTimeout(send, 300);
    } else send();
  }, (bytes) => {
    model.set("file", new DataView(bytes.buffer));
    act("file");
  });
  const stepNow = () => (local ? Math.min(controls.values.step ?? 0, (state.steps ?? 1) - 1) : 0);

  // texts and pictures
  const says = element("p", { class: "dnn-says" });
  const live = element("p", { class: "dnn-hidden", "aria-live": "polite" });
  const note = element("p", { class: "dnn-note", role: "alert", hidden: true });
  const pictures = element("div", { class: "dnn-pictures" });
  const table = element("div", { class: "dnn-table", hidden: true, tabindex: "0", role: "region", "aria-label": "Numbers of the plots", [SUPPRESS]: "true" });
  const code = element("pre", { class: "dnn-code", hidden: true, tabindex: "0", "aria-label": "Code for this state", [SUPPRESS]: "true" });

  function pictureOf(panel, index) {
    const keyed = spec.keys.length > 0 && index === spec.keyed;
    const canvas = focusable("canvas", keyed ? { role: "application", tabindex: "0", "aria-roledescription": "plot with keys" } : { role: "img" });
    const box = element("figure", { class: "dnn-panel" }, element("figcaption", {}, panel.title), canvas);
    if (keyed) {
      canvas.addEventListener("keydown", (event) => {
        if (!spec.keys.some(([key]) => key === event.key) || event.ctrlKey || event.altKey || event.metaKey) return;
        event.preventDefault();
        act("key", [event.key, event.shiftKey]);
      });
      const point = (event) => {
        const area = canvas.getBoundingClientRect(), { x, y } = scalesOf(state.panels[index], area.width, area.height);
        act("point", [x.back(event.clientX - area.left), y.back(event.clientY - area.top)]);
      };
      canvas.addEventListener("pointerdown", (event) => { canvas.setPointerCapture(event.pointerId); point(event); });
      canvas.addEventListener("pointermove", (event) => { if (event.buttons && !waiting) point(event); });
    }
    return [box, canvas];
  }
  function redraw() {
    if (!state) return;
    if (canvases.length !== state.panels.length) {
      const made = state.panels.map(pictureOf);
      pictures.replaceChildren(...made.map(([box]) => box));
      canvases = made.map(([, canvas]) => canvas);
    }
    const step = stepNow();
    state.panels.forEach((panel, i) => {
      drawPanel(canvases[i], panel, step);
      const words = panel.alt || `${panel.title}. ${sentence(step)}`;
      if (canvases[i].getAttribute("aria-label") !== words) canvases[i].setAttribute("aria-label", words);
      const caption = canvases[i].previousSibling;
      if (caption.textContent !== panel.title) caption.textContent = panel.title;
    });
    says.textContent = sentence(step);
    clearTimeout(spoken);
    spoken = setTimeout(() => { live.textContent = sentence(stepNow()); }, 500);
  }
  const sentence = (step) => (state.sentences ? state.sentences[Math.min(step, state.sentences.length - 1)] : state.says);
  function drawTable() {
    const rows = state.tables ? state.tables[Math.min(stepNow(), state.tables.length - 1)] : state.table;
    if (!rows) return;
    const head = element("tr", {}, ...rows.head.map((text) => element("th", { scope: "col" }, text)));
    const body = rows.rows.map((row) => element("tr", {}, ...row.map((text, i) =>
      element(i ? "td" : "th", i ? {} : { scope: "row" }, typeof text === "number" ? format(text) : String(text)))));
    table.replaceChildren(element("table", {}, element("caption", {}, rows.title), element("thead", {}, head), element("tbody", {}, ...body)));
  }
  function receive() {
    const came = JSON.parse(model.get("state"));
    if (came.done < paused) return; // a step that was under way when Pause was pressed: Python takes it back
    state = unpack(came, model.get("data"));
    pending = pending.filter(([n]) => n > state.done);
    waiting = pending.length > 0;
    controls.set(fresh ? state.values : state.set, state.steps); // a new view of an old demo takes over all
    fresh = false;
    if (local) controls.fit(state.steps ?? 1);
    note.textContent = state.note;
    note.hidden = !state.note;
    code.textContent = state.code;
    redraw();
    if (!table.hidden) drawTable();
    if (running && !local) requestAnimationFrame(tick);
  }

  // running
  function tick() {
    if (!running) return;
    if (local) {
      const step = stepNow() + 1;
      if (step >= (state.steps ?? 1)) return stop();
      controls.set({ step });
      redraw();
      if (!table.hidden) drawTable();
      beat = setTimeout(tick, 70);
    } else if (!waiting) act("tick");
  }
  function stop() {
    const ran = running;
    running = false;
    clearTimeout(beat);
    run.textContent = "Run";
    run.setAttribute("aria-pressed", "false");
    if (local) return send();
    pending = pending.filter(([, name]) => name !== "tick");
    if (!ran) return;
    act("pause"); // with the settings of the picture that is shown
    paused = serial;
  }
  function pause() {
    stop();
    clearTimeout(spoken);
    live.textContent = "Paused. " + sentence(stepNow());
  }
  function toggleRun() {
    if (running) return pause();
    if (still.matches) return oneStep(1);
    running = true;
    run.textContent = "Pause";
    run.setAttribute("aria-pressed", "true");
    if (local && stepNow() >= (state.steps ?? 1) - 1) controls.set({ step: 0 });
    tick();
  }
  function oneStep(by) {
    if (running) stop();
    if (!local) return act("tick");
    const step = Math.max(0, Math.min((state.steps ?? 1) - 1, stepNow() + by));
    controls.set({ step });
    redraw();
    if (!table.hidden) drawTable();
    clearTimeout(timer);
    timer = setTimeout(send, 300);
  }

  // buttons
  const button = (text, press, more = {}) => focusable("button", { type: "button", onclick: press, ...more }, text);
  const run = button("Run", toggleRun, { "aria-pressed": "false" });
  const preset = focusable("select", { "aria-label": "Preset" });
  preset.append(...spec.presets.map((name) => element("option", { value: name }, name)));
  preset.addEventListener("change", () => act("preset", preset.value));
  const nextPreset = (by) => {
    preset.selectedIndex = (preset.selectedIndex + by + spec.presets.length) % spec.presets.length;
    act("preset", preset.value);
  };
  const reset = () => { preset.selectedIndex = 0; stop(); act("reset"); };
  const toggle = (text, node, before = () => {}) => {
    const press = button(text, () => {
      before();
      node.hidden = !node.hidden;
      press.setAttribute("aria-expanded", String(!node.hidden));
    }, { "aria-expanded": "false" });
    return press;
  };
  const keys = [...spec.keys.map(([, name, what]) => [name, what]), ...(spec.runs ? [["Space", "run or pause"], [".", "one step"]] : []), ...(spec.runs && local ? [[",", "one step back"]] : []),
    ["R", "reset"], ["P", "pin this state for comparison"], ["[ and ]", "previous and next preset"], ["Esc", "give the keys back to the notebook"], ["?", "show or hide this list"]];
  const help = element("dl", { class: "dnn-keys", hidden: true });
  for (const [key, what] of keys) help.append(element("dt", {}, key), element("dd", {}, what));
  const ask = toggle("Keys (?)", help);
  const bar = element("div", { class: "dnn-bar" });
  if (spec.presets.length > 1) bar.append(element("label", {}, "Preset ", preset));
  if (spec.runs) bar.append(run, button("Step", () => oneStep(1)));
  if (spec.runs && local) bar.append(button("Back", () => oneStep(-1)));
  bar.append(...spec.actions.map(([name, text]) => button(text, () => act(name))));
  bar.append(button("Pin", () => act("pin")), button("Reset", reset), toggle("Table", table, () => drawTable()), toggle("Code", code), ask);

  // the question comes first; the pictures wait for an answer
  const stage = element("div", { class: "dnn-stage" }, controls.root, bar, help, note, says, live, pictures, table, code);
  const question = element("div", { class: "dnn-question" });
  function unveil(choice) {
    stage.hidden = false;
    if (choice === null) return question.remove();
    question.querySelectorAll("input, button").forEach((node) => { node.disabled = true; });
    question.append(element("p", { role: "status" }, `You predicted: ${choice}. ${spec.question.then}`));
    act("predict", choice);
  }
  if (spec.question && !spec.answered) {
    stage.hidden = true;
    const group = element("fieldset", {}, element("legend", {}, "Predict first: " + spec.question.text));
    const name = "dnn-q-" + Math.random().toString(36).slice(2);
    for (const option of spec.question.options) {
      group.append(element("label", {}, focusable("input", { type: "radio", name, value: option }), " " + option));
    }
    const commit = button("This is my prediction", () => {
      const chosen = group.querySelector("input:checked");
      if (chosen) unveil(chosen.value);
    });
    question.append(group, commit, button("Show without predicting", () => unveil(null)));
  }
  const root = element("div", { class: "dnn-demo", role: "group", "aria-label": spec.title },
    element("p", { class: "dnn-title" }, spec.title), question, stage);
  el.append(root);

  // keys of the whole demo, and JupyterLab's own shortcuts
  function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const tag = event.target.tagName, type = event.target.type;
    if (tag === "INPUT" && (type === "text" || type === "number")) return;
    const own = tag === "BUTTON" || tag === "SELECT" || ["checkbox", "radio", "file"].includes(type);
    const does = { r: reset, R: reset, p: () => act("pin"), P: () => act("pin"), "[": () => nextPreset(-1), "]": () => nextPreset(1), "?": () => ask.click() };
    if (spec.runs) does["."] = () => oneStep(1);
    if (spec.runs && local) does[","] = () => oneStep(-1);
    if (spec.runs && !own) does[" "] = toggleRun;
    if (stage.hidden || !does[event.key] || (tag === "SELECT" && event.key.length === 1 && /[a-z]/i.test(event.key))) return;
    event.preventDefault();
    event.stopPropagation();
    does[event.key]();
  }
  root.addEventListener("keydown", onKey);
  function guard(event) {
    if (!root.contains(event.target)) return;
    const labs = event.ctrlKey || event.metaKey || event.altKey || event.key === "Escape" || (event.shiftKey && event.key === "Enter");
    if (labs) event.target.removeAttribute(SUPPRESS);
    else event.target.setAttribute(SUPPRESS, "true");
    if (event.key === "Escape") (root.closest(".jp-Notebook") || document.body).focus();
  }
  window.addEventListener("keydown", guard, true);

  // the static figure is for readers without a kernel
  const hide = () => {
    const figure = document.querySelector(`[data-dnn-static="${spec.uid}"]`);
    const child = figure && (figure.closest(".jp-OutputArea-child") || figure);
    if (child) child.style.display = "none";
  };
  hide();
  const late = setTimeout(hide, 200);
  model.on("change:state", receive);
  receive();
  return () => {
    running = false;
    clearTimeout(late);
    clearTimeout(timer);
    clearTimeout(beat);
    clearTimeout(spoken);
    window.removeEventListener("keydown", guard, true);
    model.off("change:state", receive);
  };
}

export default { render };
