"""From key press to stable picture in a real browser, our demos beside `interact` with inline Matplotlib; JSON last.

Usage: python benchmarks/widgets.py [--only DEMO ...] [--moves 40]

Each demo is opened in JupyterLab in Chromium; the first slider that asks Python is moved by arrow keys, then the local
step slider where there is one. Then Run is paused at random moments: until the button says so, and until the last
change of the picture. The baseline draws the same panels with Matplotlib in `interact`.
Limits (p95): 16 ms for what runs in the page, 50 ms for canvases fed by Python, 75 ms for Matplotlib, 100 ms for
anything; pause 100 ms. Exit status 1 when one is passed by more than half, or when a step is shown after Pause.
"""

import argparse
import contextlib
import importlib.util
import json
import os
import statistics
import sys
import tempfile
from pathlib import Path

import nbformat
import numpy as np
from playwright.sync_api import sync_playwright

from dnnkit.demos import DEMOS

PROJECT = Path(__file__).resolve().parent.parent
LIMITS = {"page": 16.0, "python": 50.0, "pause": 100.0}
PAUSES = 12
QUIET = 180  # ms without a change: the picture is stable
WATCH = f"""() => {{
    const seen = (window.dnnSeen = {{ pressed: 0, changed: 0 }});
    const note = () => {{ seen.changed = performance.now(); }};
    for (const name of ["stroke", "fillText", "drawImage", "fill"]) {{
        const own = CanvasRenderingContext2D.prototype[name];
        CanvasRenderingContext2D.prototype[name] = function (...args) {{ own.apply(this, args); note(); }};
    }}
    document.addEventListener("load", (event) => {{ if (event.target.tagName === "IMG") note(); }}, true);
    window.addEventListener("keydown", () => {{ seen.pressed = performance.now(); }}, true);
    window.dnnStable = () => new Promise((resolve) => {{
        const look = () => {{
            const now = performance.now(), since = Math.max(seen.pressed, seen.changed);
            if (now - since > {QUIET} && (seen.changed > seen.pressed || now - seen.pressed > 1500)) {{
                resolve(seen.changed > seen.pressed ? seen.changed - seen.pressed : null);
            }} else setTimeout(look, 20);
        }};
        look();
    }});
}}"""
BASELINE = """
import matplotlib.pyplot as plt
import numpy as np
from ipywidgets import FloatSlider, interact
from dnnkit.demos import {name}
from dnnkit.demos.static_figure import draw_panel
demo = {name}(predict=False)
values = demo.defaults()

def draw(value):
    now = {{**values, "{control}": type(values["{control}"])(value)}}
    panels = demo.draw(demo.compute(now, np.random.default_rng(0)), now, None)
    figure, axes = plt.subplots(1, len(panels), figsize=(3 * len(panels), 2.6), squeeze=False)
    for ax, panel in zip(axes[0], panels):
        draw_panel(ax, panel, int(now.get("step", 0)))
    plt.show()

interact(draw, value=FloatSlider(min={low}, max={high}, step={step}, value={value}))
"""


def load_tools(name="jupyterlab"):
    """Load a module of the browser tests by path: tests are no package."""
    spec = importlib.util.spec_from_file_location(name, PROJECT / "tests" / "browser" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def open_source(page, lab, tools, name, source, selector):
    """Write a notebook with one cell, run it and wait for what it shows."""
    kernel = {"name": "dnn", "display_name": "dnn", "language": "python"}
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)], metadata={"kernelspec": kernel})
    nbformat.write(notebook, lab.root / f"{name}.ipynb")
    tools.open_notebook(page, lab, f"{name}.ipynb")
    page.evaluate(WATCH)
    tools.run_all(page)
    page.wait_for_selector(selector, timeout=60_000)
    page.wait_for_timeout(1500)


def move(page, control, moves):
    """Move a focused control back and forth; milliseconds from each key press to the last change of the picture."""
    control.scroll_into_view_if_needed()
    control.focus()
    found = []
    for number in range(moves + 5):
        page.keyboard.press("ArrowRight" if number % 8 < 4 else "ArrowLeft")
        waited = page.evaluate("dnnStable()")
        if waited is not None and number >= 5:  # the first warm up
            found.append(waited)
    return found


def pause(page):
    """Pause the running demo at random moments.

    Returns:
        Dict with p50 and p95 of the milliseconds until the button says so and until the last change of the picture,
        whichever is later; the same of the button alone; and the most pictures that came after a press.
    """
    pausing, chance, found = load_tools("pausing"), np.random.default_rng(0), []
    page.evaluate(pausing.WATCH)
    for _ in range(3 * PAUSES):  # some runs are over too soon
        seen = pausing.pause_after(page, float(chance.uniform(0, 600)))
        found += [seen] if seen is not None else []
        if len(found) == PAUSES:
            break
    assert len(found) == PAUSES, "the demo does not run long enough to be paused"
    record = summary("pause", [max(seen["said"], seen["changed"]) for seen in found])
    record |= summary("pause_said", [seen["said"] for seen in found])
    return record | {"pictures_after_pause": max(seen["pictures"] for seen in found)}


def slider_of(demo):
    """First control of a demo class that is a slider and asks Python."""
    return next(c for c in demo.controls if type(c).__name__ == "Slider" and not c.local)


def measure(name, page, lab, tools, moves):
    """Measure one demo and its baseline.

    Returns:
        Dict with p50 and p95 in milliseconds.
    """
    import dnnkit.demos

    demo = getattr(dnnkit.demos, name)
    chosen = slider_of(demo)
    shown = {chosen.only[0]: chosen.only[1][0]} if chosen.only else {}  # where its control is to be seen
    source = f"from dnnkit.demos import {name}\n{name}(predict=False, **{shown!r})"
    open_source(page, lab, tools, name, source, ".dnn-demo canvas")
    record = {"demo": name, "control": chosen.name}
    record |= summary("python", move(page, page.get_by_label(chosen.label, exact=True), moves))
    steps = [control for control in demo.controls if getattr(control, "local", False)]
    if steps:
        record |= summary("page", move(page, page.get_by_label(steps[0].label, exact=True), moves))
    if demo.runs:
        record |= pause(page)
    low, high, step, value = chosen.low, chosen.high, chosen.step, demo.defaults()[chosen.name]
    if chosen.log:
        step = value / 10
    source = BASELINE.format(name=name, control=chosen.name, low=low, high=high, step=step, value=value)
    open_source(page, lab, tools, f"{name}_inline", source, ".jp-OutputArea [role=slider]")
    record |= summary("inline", move(page, page.locator(".jp-OutputArea [role=slider]").first, max(10, moves // 3)))
    record["ratio"] = round(record["inline_p95_ms"] / record["python_p95_ms"], 1)
    return record


def summary(kind, found):
    """Median and 95th percentile, in milliseconds."""
    ordered = sorted(found)
    p95 = ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
    return {f"{kind}_p50_ms": round(statistics.median(ordered), 1), f"{kind}_p95_ms": round(p95, 1)}


def show(records):
    """Print the table for people."""
    kinds = ("python", "page", "pause", "inline")
    print("p50/p95 in ms, from key press to stable picture", file=sys.stderr)
    print("".join(f"{head:<20}" for head in ("demo", *kinds, "inline / python")), file=sys.stderr)
    for record in records:
        cells = [two(record, kind) for kind in kinds]
        print("".join(f"{cell:<20}" for cell in (record["demo"], *cells, str(record["ratio"]))), file=sys.stderr)


def two(record, kind):
    """Write p50/p95, or "-" where there is none."""
    return f"{record[f'{kind}_p50_ms']:g}/{record[f'{kind}_p95_ms']:g}" if f"{kind}_p95_ms" in record else "-"


def past_limits(records):
    """List what is past its limit by more than half."""
    kinds = [(record, kind, limit) for record in records for kind, limit in LIMITS.items()]
    late = [
        f"{record['demo']} {kind}" for record, kind, limit in kinds if record.get(f"{kind}_p95_ms", 0) > 1.5 * limit
    ]
    late += [f"{record['demo']} steps after Pause" for record in records if record.get("pictures_after_pause")]
    return late


def main():
    """Run the comparison; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="*", default=list(DEMOS))
    parser.add_argument("--moves", type=int, default=40)
    arguments = parser.parse_args()
    tools, records = load_tools(), []
    with contextlib.ExitStack() as stack:
        root = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
        lab = stack.enter_context(tools.JupyterLab(root, home))
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=tools.browser_path(), args=tools.BROWSER_ARGS)
        for name in arguments.only:
            page = browser.new_page(viewport={"width": 1200, "height": 1000})
            records.append(measure(name, page, lab, tools, arguments.moves))
            page.close()
        browser.close()
    show(records)
    late = past_limits(records)
    for text in late:
        print(f"past its limit by more than half: {text}", file=sys.stderr)
    load, cores = round(os.getloadavg()[0], 1), os.cpu_count()  # the run itself makes a load of about 2
    if load > 2 * cores:
        print(f"the machine was busy: load {load} on {cores} cores; measure again when it is quiet", file=sys.stderr)
    print(json.dumps({"demos": records, "limits_ms": LIMITS, "late": late, "load": load, "cores": cores}))
    return 1 if late else 0


if __name__ == "__main__":
    sys.exit(main())
