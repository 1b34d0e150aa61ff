// From values of an axis to pixels, and back.

/** A linear or logarithmic axis. */
export class Scale {
  /**
   * @param {[number, number]} limits values at both ends
   * @param {[number, number]} pixels pixels at both ends
   * @param {boolean} [log] logarithmic
   */
  constructor([low, high], [from, to], log = false) {
    this.log = log;
    this.low = log ? Math.log10(low) : low;
    this.high = log ? Math.log10(high) : high;
    this.from = from;
    this.to = to;
  }

  /** @param {number} value */
  at(value) {
    const v = this.log ? Math.log10(value) : value;
    return this.from + ((v - this.low) / (this.high - this.low)) * (this.to - this.from);
  }

  /** @param {number} pixel */
  back(pixel) {
    const v = this.low + ((pixel - this.from) / (this.to - this.from)) * (this.high - this.low);
    return this.log ? 10 ** v : v;
  }

  /**
   * List round values for about `count` ticks.
   * @param {number} count
   * @returns {number[]}
   */
  ticks(count) {
    const found = [];
    if (this.log) {
      const stride = Math.max(1, Math.ceil((this.high - this.low) / count));
      for (let e = Math.ceil(this.low - 1e-9); e <= this.high + 1e-9; e += stride) found.push(10 ** e);
      return found;
    }
    const raw = (this.high - this.low) / count;
    const unit = 10 ** Math.floor(Math.log10(raw));
    const step = [1, 2, 5, 10].map((m) => m * unit).find((s) => s >= raw) ?? 10 * unit;
    for (let k = Math.ceil(this.low / step - 1e-9); k * step <= this.high + 1e-9 * step; k++) found.push(k * step);
    return found;
  }
}
