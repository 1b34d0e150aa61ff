// The row of buttons: presets, run and step, actions, pin, reset, and what can be shown or hidden.

import { element, focusable } from "./elements.js";

/**
 * Make a button.
 * @param {string} text
 * @param {() => void} press
 * @param {Record<string, any>} [more] further attributes
 */
export function button(text, press, more = {}) {
  return focusable("button", { type: "button", onclick: press, ...more }, text);
}

/**
 * Make a button that shows and hides a node.
 * @param {string} text
 * @param {HTMLElement} node
 * @param {() => void} [before] called before each change
 */
export function toggle(text, node, before = () => {}) {
  const made = button(text, () => {
    before();
    node.hidden = !node.hidden;
    made.setAttribute("aria-expanded", String(!node.hidden));
  }, { "aria-expanded": "false" });
  return made;
}

/** The choice of a preset. */
export class Presets {
  /**
   * @param {string[]} names
   * @param {(name: string) => void} chosen
   */
  constructor(names, chosen) {
    this.names = names;
    this.chosen = chosen;
    this.select = focusable("select", { "aria-label": "Preset" });
    this.select.append(...names.map((name) => element("option", { value: name }, name)));
    this.select.addEventListener("change", () => chosen(this.select.value));
  }

  /**
   * Go to the next preset or the one before.
   * @param {number} by
   */
  move(by) {
    this.select.selectedIndex = (this.select.selectedIndex + by + this.names.length) % this.names.length;
    this.chosen(this.select.value);
  }

  /** Show the first one as chosen. */
  reset() {
    this.select.selectedIndex = 0;
  }
}
