// The still form of a widget, which is for readers without a kernel.

/**
 * Hide the still form behind a widget that has been drawn, now and when the page has settled.
 * @param {string} uid
 * @returns {() => void} stops waiting
 */
export function hideStillForm(uid) {
  const hide = () => {
    const figure = document.querySelector(`[data-dnn-static="${uid}"]`);
    const child = /** @type {HTMLElement | null} */ (figure && (figure.closest(".jp-OutputArea-child") || figure));
    if (child) child.style.display = "none";
  };
  hide();
  const late = setTimeout(hide, 200);
  return () => clearTimeout(late);
}
