// The keys of a demo, and JupyterLab's own shortcuts.

import { element, SUPPRESS } from "./elements.js";

/**
 * @typedef {{run: () => void, step: (by: number) => void, reset: () => void, pin: () => void,
 *   preset: (by: number) => void, help: () => void}} Commands
 */

/**
 * Make the list of keys, hidden at first.
 * @param {import("./types.js").Spec} spec
 * @param {boolean} local whether steps are made in the page
 */
export function keyList(spec, local) {
  const keys = [...spec.keys.map(([, name, what]) => [name, what])];
  if (spec.runs) keys.push(["Space", "run or pause"], [".", "one step"]);
  if (spec.runs && local) keys.push([",", "one step back"]);
  keys.push(["R", "reset"], ["P", "pin this state for comparison"], ["[ and ]", "previous and next preset"]);
  keys.push(["Esc", "give the keys back to the notebook"], ["?", "show or hide this list"]);
  const list = element("dl", { class: "dnn-keys", hidden: true });
  for (const [key, what] of keys) list.append(element("dt", {}, key), element("dd", {}, what));
  return list;
}

/**
 * Make the listener for the keys of a whole demo.
 * @param {import("./types.js").Spec} spec
 * @param {boolean} local whether steps are made in the page
 * @param {Commands} commands
 * @param {() => boolean} asleep whether the pictures are still hidden
 * @returns {(event: KeyboardEvent) => void}
 */
export function keyListener(spec, local, commands, asleep) {
  /** @type {Record<string, () => void>} */
  const does = { r: commands.reset, p: commands.pin, "?": commands.help };
  does["R"] = does.r;
  does["P"] = does.p;
  does["["] = () => commands.preset(-1);
  does["]"] = () => commands.preset(1);
  if (spec.runs) does["."] = () => commands.step(1);
  if (spec.runs && local) does[","] = () => commands.step(-1);
  return (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || asleep()) return;
    const { tagName, type } = /** @type {HTMLInputElement} */ (event.target);
    if (tagName === "INPUT" && (type === "text" || type === "number")) return;
    if (tagName === "SELECT" && /^[a-z]$/i.test(event.key)) return;
    const presses = tagName === "BUTTON" || tagName === "SELECT" || ["checkbox", "radio", "file"].includes(type);
    const command = event.key === " " && spec.runs && !presses ? commands.run : does[event.key];
    if (!command) return;
    event.preventDefault();
    event.stopPropagation();
    command();
  };
}

/**
 * Let JupyterLab have its own shortcuts while the focus is in a demo, and the demo all other keys.
 * @param {HTMLElement} root
 * @returns {() => void} takes the guard away
 */
export function guardShortcuts(root) {
  /** @param {KeyboardEvent} event */
  const guard = (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    if (!root.contains(target)) return;
    const chord = event.ctrlKey || event.metaKey || event.altKey || (event.shiftKey && event.key === "Enter");
    if (chord || event.key === "Escape") target.removeAttribute(SUPPRESS);
    else target.setAttribute(SUPPRESS, "true");
    if (event.key !== "Escape") return;
    const notebook = /** @type {HTMLElement | null} */ (root.closest(".jp-Notebook"));
    (notebook || document.body).focus();
  };
  window.addEventListener("keydown", guard, true);
  return () => window.removeEventListener("keydown", guard, true);
}
