// The question that comes first: the pictures wait for an answer.

import { element, focusable, uniqueId } from "./elements.js";

/**
 * Make the form of the question.
 * @param {import("./types.js").Question} question
 * @param {(choice: string | null) => void} answered called once: with what was chosen, or null to skip the question
 * @returns {HTMLElement}
 */
export function questionForm(question, answered) {
  const group = element("fieldset", {}, element("legend", {}, "Predict first: " + question.text));
  const name = uniqueId();
  for (const option of question.options) {
    group.append(element("label", {}, focusable("input", { type: "radio", name, value: option }), " " + option));
  }
  const form = element("div", { class: "dnn-question" });
  const commit = () => {
    const chosen = /** @type {HTMLInputElement | null} */ (group.querySelector("input:checked"));
    if (!chosen) return;
    for (const node of form.querySelectorAll("input, button")) node.setAttribute("disabled", "");
    form.append(element("p", { role: "status" }, `You predicted: ${chosen.value}. ${question.then}`));
    answered(chosen.value);
  };
  const skip = () => {
    form.remove();
    answered(null);
  };
  form.append(
    group,
    focusable("button", { type: "button", onclick: commit }, "This is my prediction"),
    focusable("button", { type: "button", onclick: skip }, "Show without predicting"),
  );
  return form;
}
