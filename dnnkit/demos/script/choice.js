// A question with answers to choose from: radio buttons of which none is chosen at first.

import { element, focusable, uniqueId } from "./elements.js";
import { guardShortcuts } from "./keys.js";
import { hideStillForm } from "./still.js";

const FRAME = "border: 1px solid var(--jp-border-color1, #9e9e9e); border-radius: 4px; margin: 0.3em 0; " +
  "padding: 0.2em 0.8em 0.5em; max-width: 60em; color: var(--jp-content-font-color1, #222); line-height: 1.7";
const ANSWER = "display: block; cursor: pointer; width: max-content; max-width: 100%";
const BUTTON = "margin: 0 0.5em 0 0; accent-color: #0072b2; vertical-align: -0.15em";

/**
 * Show the question; anywidget calls this for each view.
 * @param {{model: import("./types.js").Model, el: HTMLElement}} view
 * @returns {() => void} ends the view
 */
function render({ model, el }) {
  const legend = element("legend", { style: "font-weight: 600; padding: 0 0.3em" }, model.get("question"));
  const group = element("fieldset", { class: "dnn-choice", style: FRAME }, legend);
  const name = uniqueId(); // each view is a group of its own
  /** @type {HTMLInputElement[]} */
  const buttons = model.get("options").map((/** @type {string} */ option) => {
    const choose = () => {
      model.set("chosen", option);
      model.save_changes();
    };
    const button = focusable("input", { type: "radio", name, value: option, style: BUTTON, onchange: choose });
    group.append(element("label", { style: ANSWER }, button, option));
    return button;
  });
  const receive = () => {
    for (const button of buttons) button.checked = button.value === model.get("chosen");
  };
  el.append(group);
  receive();
  model.on("change:chosen", receive);
  const unguard = guardShortcuts(group);
  const unhide = hideStillForm(model.get("uid"));
  return () => {
    unhide();
    unguard();
    model.off("change:chosen", receive);
  };
}

export default { render };
