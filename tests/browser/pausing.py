"""Press Pause while a demo runs, and look at what still changes; for browser tests and benchmarks/widgets.py."""

# A picture counts as changed when its pixels differ: Python's answer to Pause draws the same picture once more.
WATCH = """() => {
    const seen = (window.dnnPause = { pressed: 0, label: "", said: 0, changed: 0, pictures: 0 });
    const canvases = () => [...document.querySelectorAll(".dnn-panel canvas")];
    const print = () => canvases().reduce((sum, canvas) => {
        const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        for (const word of new Uint32Array(data.buffer)) sum = Math.imul(sum ^ word, 16777619);
        return sum;
    }, 0);
    let drawn = 0, last = 0;
    const look = () => {
        if (!drawn) return;
        const now = print();
        if (now !== last) { seen.changed = drawn; seen.pictures += 1; }
        [last, drawn] = [now, 0];
    };
    for (const name of ["stroke", "fillText", "drawImage", "fill", "fillRect"]) {
        const own = CanvasRenderingContext2D.prototype[name];
        CanvasRenderingContext2D.prototype[name] = function (...args) {
            own.apply(this, args);
            if (this.canvas.isConnected) drawn = performance.now();
        };
    }
    const frame = () => { look(); requestAnimationFrame(frame); };
    requestAnimationFrame(frame);
    const run = [...document.querySelectorAll(".dnn-bar button")].find((node) => node.textContent === "Run");
    new MutationObserver(() => { if (run.textContent === "Run" && !seen.said) seen.said = performance.now(); })
        .observe(run, { childList: true, characterData: true, subtree: true });
    window.addEventListener("keydown", (event) => {
        look(); // what was drawn before the press is no picture after it
        Object.assign(seen, { pressed: event.timeStamp, label: run.textContent, said: 0, changed: 0, pictures: 0 });
    }, true);
}"""
QUIET = 500  # ms; longer than a step, and than the answer of Python


def pause_after(page, wait):
    """Let a watched demo run from its first step and press Pause.

    Args:
        page: a page with one demo, watched by `WATCH`.
        wait: milliseconds between the first picture of the run and Pause.

    Returns:
        Dict of said (milliseconds from the press until the button says Run again), changed (until the last change of
        the picture, 0 without one), pictures (how many came after the press) and before (how many while it ran); None
        when the run was over before the press.
    """
    step = page.get_by_label("step", exact=True).or_(page.get_by_label("look at layer", exact=True))
    if step.count():
        step.first.focus()
        page.keyboard.press("Home")
        page.wait_for_timeout(QUIET)
    run = page.locator(".dnn-bar button", has_text="Run")
    run.focus()
    page.keyboard.press("Enter")
    page.wait_for_function("dnnPause.pictures > 0")
    page.wait_for_timeout(wait)
    before = page.evaluate("dnnPause.pictures")
    page.keyboard.press("Enter")
    page.wait_for_timeout(QUIET)
    seen = page.evaluate("dnnPause")
    if seen["label"] != "Pause":  # it had come to its end, and this press started it once more
        page.keyboard.press("Enter")
        page.wait_for_timeout(QUIET)
        return None
    late = {key: max(0.0, seen[key] - seen["pressed"]) for key in ("said", "changed")}
    if not seen["said"]:
        late["said"] = float("inf")
    return late | {"pictures": seen["pictures"], "before": before}
