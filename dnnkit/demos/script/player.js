// Run, pause and step: in the page where all steps were computed ahead, else one request to Python a step.

/**
 * What a player needs of the demo.
 * @typedef {{steps: () => number, step: () => number, show: (step: number) => void, sendSoon: () => void}} Steps
 */

/** Moves a demo from step to step. */
export class Player {
  /**
   * @param {boolean} local whether steps are made in the page
   * @param {import("./link.js").Link} link
   * @param {Steps} steps
   * @param {HTMLButtonElement} button Run and Pause
   * @param {number} pace milliseconds between two steps in the page
   */
  constructor(local, link, steps, button, pace) {
    this.local = local;
    this.link = link;
    this.steps = steps;
    this.button = button;
    this.pace = pace;
    this.running = false;
    /** @type {number | undefined} */
    this.beat = undefined;
    this.still = window.matchMedia("(prefers-reduced-motion: reduce)");
  }

  /** Make one step of a run. */
  tick() {
    if (!this.running) return;
    if (!this.local) {
      if (!this.link.waiting) this.link.act("tick");
      return;
    }
    const step = this.steps.step() + 1;
    if (step >= this.steps.steps()) return this.stop();
    this.steps.show(step);
    this.beat = window.setTimeout(() => this.tick(), this.pace);
  }

  /** Go on when Python has answered. */
  answered() {
    if (this.running && !this.local) requestAnimationFrame(() => this.tick());
  }

  /** End a run; the picture that is shown stays. */
  stop() {
    const ran = this.running;
    this.running = false;
    clearTimeout(this.beat);
    this.button.textContent = "Run";
    this.button.setAttribute("aria-pressed", "false");
    if (this.local) this.link.send();
    else if (ran) this.link.pause(); // with the settings of the picture that is shown
  }

  /** Begin a run; with reduced motion, make one step. */
  start() {
    if (this.still.matches) return this.one(1);
    this.running = true;
    this.button.textContent = "Pause";
    this.button.setAttribute("aria-pressed", "true");
    if (this.local && this.steps.step() >= this.steps.steps() - 1) this.steps.show(0);
    this.tick();
  }

  /**
   * Make one step, forward or back.
   * @param {number} by
   */
  one(by) {
    if (this.running) this.stop();
    if (!this.local) return this.link.act("tick");
    this.steps.show(Math.max(0, Math.min(this.steps.steps() - 1, this.steps.step() + by)));
    this.steps.sendSoon();
  }

  /** Leave no timer behind. */
  close() {
    this.running = false;
    clearTimeout(this.beat);
  }
}
