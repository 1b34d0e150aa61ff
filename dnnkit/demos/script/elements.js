// Small builders of HTML elements, and numbers as texts.

/** JupyterLab leaves keys alone when the focused element carries this attribute. */
export const SUPPRESS = "data-lm-suppress-shortcuts";

/**
 * Make an element; attributes that are false, null or undefined are left out, those that begin with "on" are listeners.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, any>} [attributes]
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children);
  return node;
}

/**
 * Make an element that takes the keyboard.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, any>} [attributes]
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function focusable(tag, attributes = {}, ...children) {
  return element(tag, { ...attributes, [SUPPRESS]: "true" }, ...children);
}

/** Make an id that no other element of the page has. */
export function uniqueId() {
  return "dnn-" + Math.random().toString(36).slice(2);
}

/**
 * Write a number with at most three significant digits; other values as they are.
 * @param {unknown} value
 */
export function format(value) {
  if (typeof value !== "number") return String(value);
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size < 0.001 || size >= 1e5) return value.toExponential(1);
  return String(Number(value.toPrecision(3)));
}

/**
 * Write a number of a logarithmic axis as a power of ten.
 * @param {number} value
 */
export function power(value) {
  const exponent = Math.round(Math.log10(value));
  if (exponent >= -2 && exponent <= 3) return format(value);
  const digits = String(exponent).replace("-", "⁻").replace(/[0-9]/g, (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)]);
  return "10" + digits;
}
