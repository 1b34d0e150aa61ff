// A picture from a file of the reader's.

import { PAPER } from "./style.js";

/**
 * Read the middle square of a picture as side × side grey values, row by row.
 * @param {File} file
 * @param {{side: number, most: number}} control side in pixels, and the largest size in bytes
 * @returns {Promise<Uint8Array>}
 */
export async function greyOf(file, { side, most }) {
  if (file.size > most) throw new Error(`This file has more than ${most / 1e6} MB. Please choose a smaller picture.`);
  let picture;
  try {
    picture = await createImageBitmap(file);
  } catch {
    throw new Error("The browser sees no picture in this file. Please choose a PNG or JPEG picture.");
  }
  const canvas = new OffscreenCanvas(side, side);
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const cut = Math.min(picture.width, picture.height);
  context.fillStyle = PAPER; // behind what is transparent
  context.fillRect(0, 0, side, side);
  context.imageSmoothingQuality = "high";
  context.drawImage(picture, (picture.width - cut) / 2, (picture.height - cut) / 2, cut, cut, 0, 0, side, side);
  picture.close();
  const { data } = context.getImageData(0, 0, side, side);
  /** @param {number} i */
  const grey = (i) => Math.round(0.299 * data[4 * i] + 0.587 * data[4 * i + 1] + 0.114 * data[4 * i + 2]);
  return Uint8Array.from({ length: side * side }, (_, i) => grey(i));
}
