// The link to Python: what the reader wants goes out, what Python computed comes in.
//
//   model.spec   JSON, once: title, controls, presets, keys, question
//   model.state  JSON, after each change: settings, panels, texts, table, and the number of the last action done
//   model.data   the arrays of the panels, one after the other
//   model.asked  JSON, from here: the settings that the reader wants, and actions not yet done
//   model.file   bytes, from here: a file of the reader's own, before the action "file"

import { unpack } from "./panels.js";

/** @typedef {import("./types.js").State} State */

/** Sends settings and actions to Python and reads what it answers. */
export class Link {
  /**
   * @param {import("./types.js").Model} model
   * @param {() => Record<string, any>} values the settings that the reader wants
   */
  constructor(model, values) {
    this.model = model;
    this.values = values;
    /** @type {[number, string, any][]} actions that Python has not done yet */
    this.pending = [];
    this.serial = 0;
    this.done = 0;
    this.paused = 0; // number of the last pause
  }

  /** Whether an action is under way. */
  get waiting() {
    return this.pending.length > 0;
  }

  /** Send the settings and the actions that are not done. */
  send() {
    // The time makes each request a new one: Python may have changed a setting that the reader now changes back.
    this.model.set("asked", JSON.stringify({ values: this.values(), actions: this.pending, at: performance.now() }));
    this.model.save_changes();
  }

  /**
   * Ask for an action.
   * @param {string} name
   * @param {any} [argument]
   */
  act(name, argument = null) {
    this.serial = Math.max(this.serial, this.done) + 1; // another view of this demo may have counted further
    this.pending.push([this.serial, name, argument]);
    this.send();
  }

  /**
   * Give Python a file.
   * @param {Uint8Array} bytes
   */
  give(bytes) {
    this.model.set("file", new DataView(bytes.buffer));
    this.act("file");
  }

  /** Take back the steps that are not done, and say that the picture that is shown is the last one. */
  pause() {
    this.pending = this.pending.filter(([, name]) => name !== "tick");
    this.act("pause");
    this.paused = this.serial;
  }

  /**
   * Read what Python computed last.
   * @returns {State | null} null for a step that was under way when Pause was pressed: Python takes it back
   */
  receive() {
    const state = /** @type {State} */ (JSON.parse(this.model.get("state")));
    if (state.done < this.paused) return null;
    this.done = state.done;
    this.pending = this.pending.filter(([number]) => number > state.done);
    return unpack(state, this.model.get("data"));
  }
}
