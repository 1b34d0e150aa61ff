// A demo in the page: what Python described, drawn and made to answer.

import { button, Presets, toggle } from "./bar.js";
import { Controls } from "./controls.js";
import { element, format, SUPPRESS } from "./elements.js";
import { guardShortcuts, keyList, keyListener } from "./keys.js";
import { Link } from "./link.js";
import { Pictures } from "./pictures.js";
import { Player } from "./player.js";
import { questionForm } from "./question.js";
import { hideStillForm } from "./still.js";

/** @typedef {import("./types.js").State} State */

const PATIENCE = 300; // milliseconds from the last step in the page until Python learns of it
const QUIET = 500; // milliseconds without a change until a screen reader hears the sentence

/**
 * Make a part of the page that is hidden at first and can be scrolled by keyboard.
 * @param {"div" | "pre"} tag
 * @param {string} name its class
 * @param {string} label
 */
function region(tag, name, label) {
  const role = tag === "div" ? "region" : null;
  return element(tag, { class: name, role, "aria-label": label, tabindex: "0", [SUPPRESS]: "true", hidden: true });
}

/** One view of a demo. */
class DemoView {
  /** @param {import("./types.js").Model} model */
  constructor(model) {
    this.model = model;
    this.spec = /** @type {import("./types.js").Spec} */ (JSON.parse(model.get("spec")));
    this.local = this.spec.controls.some((control) => control.name === "step" && control.local);
    this.fresh = true; // a new view of an old demo takes over all settings
    /** @type {State | null} */
    this.state = null;
    /** @type {number | undefined} */
    this.sending = undefined;
    /** @type {number | undefined} */
    this.speaking = undefined;
    this.link = new Link(model, () => this.controls.values);
    this.controls = new Controls(this.spec, (name) => this.changed(name), (bytes) => this.link.give(bytes));
    this.pictures = new Pictures(this.spec, this.link, (step) => this.scrub(step));
    this.says = element("p", { class: "dnn-says" });
    this.live = element("p", { class: "dnn-hidden", "aria-live": "polite" });
    this.note = element("p", { class: "dnn-note", role: "alert", hidden: true });
    this.table = region("div", "dnn-table", "Numbers of the plots");
    this.code = region("pre", "dnn-code", "Code for this state");
    this.stage = element("div", { class: "dnn-stage" });
    const run = button("Run", () => this.toggleRun(), { "aria-pressed": "false" });
    this.player = new Player(this.local, this.link, {
      steps: () => this.state?.steps ?? 1,
      step: () => this.step,
      show: (step) => this.showStep(step),
      sendSoon: () => this.sendSoon(),
    }, run, this.spec.beat);
    this.presets = new Presets(this.spec.presets, (name) => this.link.act("preset", name));
    this.root = this.assemble(run);
  }

  /** @param {HTMLButtonElement} run */
  assemble(run) {
    const { spec, link, player } = this;
    const help = keyList(spec, this.local);
    const ask = toggle("Keys (?)", help);
    const bar = element("div", { class: "dnn-bar" });
    if (spec.presets.length > 1) bar.append(element("label", {}, "Preset ", this.presets.select));
    if (spec.runs) bar.append(run, button("Step", () => player.one(1)));
    if (spec.runs && this.local) bar.append(button("Back", () => player.one(-1)));
    bar.append(...spec.actions.map(([name, text]) => button(text, () => link.act(name))));
    bar.append(button("Pin", () => link.act("pin")), button("Reset", () => this.reset()));
    bar.append(toggle("Table", this.table, () => this.drawTable()), toggle("Code", this.code), ask);
    const hands = [this.controls.root, bar, help], words = [this.note, this.says, this.live];
    const pictures = this.pictures.root;
    const parts = spec.picture_first ? [pictures, ...words, ...hands] : [...hands, ...words, pictures];
    this.stage.append(...parts, this.table, this.code);
    const root = element("div", { class: "dnn-demo", role: "group", "aria-label": spec.title });
    root.append(element("p", { class: "dnn-title" }, spec.title), this.stage);
    if (spec.question && !spec.answered) this.stage.before(this.askFirst(spec.question));
    const commands = {
      run: () => this.toggleRun(),
      step: (/** @type {number} */ by) => player.one(by),
      reset: () => this.reset(),
      pin: () => link.act("pin"),
      preset: (/** @type {number} */ by) => this.presets.move(by),
      help: () => ask.click(),
    };
    root.addEventListener("keydown", keyListener(spec, this.local, commands, () => this.stage.hidden));
    return root;
  }

  /** @param {import("./types.js").Question} question */
  askFirst(question) {
    this.stage.hidden = true;
    return questionForm(question, (choice) => {
      this.stage.hidden = false;
      if (choice !== null) this.link.act("predict", choice);
    });
  }

  /** The step that is shown; 0 where steps are made in Python. */
  get step() {
    return this.local ? Math.min(this.controls.values.step ?? 0, (this.state?.steps ?? 1) - 1) : 0;
  }

  /** What is to be seen now, in one sentence. */
  get sentence() {
    if (!this.state) return "";
    const { sentences, says } = this.state;
    return sentences ? sentences[Math.min(this.step, sentences.length - 1)] : says;
  }

  /** @param {string} name of the setting that the reader changed */
  changed(name) {
    if (name !== "step" || !this.local) return this.link.send();
    this.redraw();
    this.sendSoon();
  }

  sendSoon() {
    clearTimeout(this.sending);
    this.sending = window.setTimeout(() => this.link.send(), PATIENCE);
  }

  /** @param {number} step */
  showStep(step) {
    this.controls.set({ step });
    this.redraw();
    if (!this.table.hidden) this.drawTable();
  }

  /**
   * Go to the step under the pointer.
   * @param {number} step
   */
  scrub(step) {
    const place = Math.max(0, Math.min((this.state?.steps ?? 1) - 1, step));
    if (this.player.running || place === this.step) return;
    this.showStep(place);
    this.sendSoon();
  }

  reset() {
    this.presets.reset();
    this.player.stop();
    this.link.act("reset");
  }

  toggleRun() {
    if (!this.player.running) return this.player.start();
    this.player.stop();
    clearTimeout(this.speaking);
    this.live.textContent = "Paused. " + this.sentence;
  }

  redraw() {
    if (!this.state) return;
    this.pictures.draw(this.state, this.step, this.sentence);
    this.says.textContent = this.sentence;
    clearTimeout(this.speaking);
    this.speaking = window.setTimeout(() => { this.live.textContent = this.sentence; }, QUIET);
  }

  drawTable() {
    const { tables, table } = /** @type {State} */ (this.state);
    const shown = tables ? tables[Math.min(this.step, tables.length - 1)] : table;
    if (!shown) return;
    const head = element("tr", {}, ...shown.head.map((text) => element("th", { scope: "col" }, text)));
    const body = shown.rows.map((row) => element("tr", {}, ...row.map((value, index) =>
      element(index ? "td" : "th", index ? {} : { scope: "row" }, format(value)))));
    const caption = element("caption", {}, shown.title);
    const parts = [caption, element("thead", {}, head), element("tbody", {}, ...body)];
    this.table.replaceChildren(element("table", {}, ...parts));
  }

  receive() {
    const state = this.link.receive();
    if (!state) return;
    this.state = state;
    this.controls.set(this.fresh ? state.values : state.set, state.steps);
    this.fresh = false;
    if (this.local) this.controls.fit(state.steps ?? 1);
    this.note.textContent = state.note;
    this.note.hidden = !state.note;
    this.code.textContent = state.code;
    this.redraw();
    if (!this.table.hidden) this.drawTable();
    this.player.answered();
  }

  close() {
    this.player.close();
    clearTimeout(this.sending);
    clearTimeout(this.speaking);
  }
}

/**
 * Show a demo; anywidget calls this for each view.
 * @param {{model: import("./types.js").Model, el: HTMLElement}} view
 * @returns {() => void} ends the view
 */
function render({ model, el }) {
  const view = new DemoView(model);
  el.append(view.root);
  const unguard = guardShortcuts(view.root);
  const unhide = hideStillForm(view.spec.uid);
  const receive = () => view.receive();
  model.on("change:state", receive);
  receive();
  return () => {
    view.close();
    unhide();
    unguard();
    model.off("change:state", receive);
  };
}

export default { render };
