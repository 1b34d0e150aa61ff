"""Take the pictures of docs/demos: every demo by default, after one interaction, and without a kernel.

`yours` is the README's first picture, optimizer_race-yours.png: the demo with a step of a reader's own.

Usage: python docs/screenshots.py [--only DEMO ...]

Needs Chromium; each picture is small: 128 colours, at most 900 pixels wide.
"""

import argparse
import base64
import importlib.util
import io
import tempfile
from pathlib import Path

import nbformat
import numpy as np
from PIL import Image, ImageColor
from playwright.sync_api import sync_playwright

from dnnkit.demos import DEMOS
from dnnkit.demos.colours import COLOURS as LINES

PROJECT = Path(__file__).resolve().parent.parent
WIDTH, COLOURS = 900, 128
YOURS = """\
import numpy as np
from dnnkit.demos import optimizer_race

def my_step(params, grads, state, learning_rate):
    return {name: params[name] - learning_rate * np.sign(grads[name]) for name in params}, state

optimizer_race(step=my_step, rule="my own invention", shown=["SGD", "momentum", "Adam"], predict=False)
"""


def load_tools():
    """Load the browser tests' JupyterLab, by path: tests are no package."""
    path = PROJECT / "tests" / "browser" / "jupyterlab.py"
    spec = importlib.util.spec_from_file_location("jupyterlab_shots", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def reduced(picture):
    """Reduce a picture to `COLOURS`; those of the demos' lines are kept, however few pixels they have."""
    lines = [ImageColor.getrgb(colour) for colour in LINES]
    pale = [tuple((part + 255) // 2 for part in colour) for colour in lines]  # where a line meets the paper
    kept = [*lines, *pale, (255, 255, 255)]
    rest = picture.quantize(COLOURS - len(kept)).convert("RGB").getcolors(COLOURS)
    palette = np.array([*kept, *(colour for _, colour in rest)])
    pixels = np.asarray(picture)
    found, where = np.unique(pixels.reshape(-1, 3), axis=0, return_inverse=True)
    nearest = [np.argmin(np.sum((palette - colour) ** 2, axis=1)) for colour in found.astype(int)]
    small = Image.fromarray(np.array(nearest, dtype=np.uint8)[where].reshape(pixels.shape[:2]))
    small.putpalette(palette.astype(np.uint8).tobytes())
    return small


def save(png, name):
    """Write a picture, small."""
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    picture.thumbnail((WIDTH, 10_000))
    path = PROJECT / "docs" / "demos" / f"{name}.png"
    path.parent.mkdir(exist_ok=True)
    reduced(picture).save(path, optimize=True)
    print(f"{path.relative_to(PROJECT)}: {path.stat().st_size / 1000:.0f} kB")


def show(page, lab, tools, name, source):
    """Show the demo of a cell in a new notebook."""
    kernel = {"name": "dnn", "display_name": "dnn", "language": "python"}
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)], metadata={"kernelspec": kernel})
    nbformat.write(notebook, lab.root / f"{name}.ipynb")
    tools.open_notebook(page, lab, f"{name}.ipynb")
    tools.run_all(page)
    demo = page.locator(".dnn-demo")
    demo.wait_for()
    page.wait_for_timeout(1500)
    return demo


def take(page, lab, tools, name):
    """Take the three pictures of a demo."""
    demo = show(page, lab, tools, name, f"from dnnkit.demos import {name}\n\n{name}(predict=False)")
    save(demo.screenshot(), f"{name}-default")
    slider = page.locator(".dnn-controls input[type=range]:visible").first
    slider.focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(150)
    page.wait_for_timeout(800)
    save(demo.screenshot(), f"{name}-moved")
    page.keyboard.press("Control+s")
    page.wait_for_timeout(1000)
    page.evaluate("jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    page.goto(f"{lab.url}/doc/tree/{name}.ipynb?reset")
    still = page.locator("[data-dnn-static]")
    still.locator("img").wait_for(timeout=60_000)
    png = base64.b64decode(still.locator("img").get_attribute("src").removeprefix("data:image/png;base64,"))
    save(png, f"{name}-static")  # taller than a window, so not a screenshot


def main():
    """Take all pictures, or those of some demos."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="+", choices=[*DEMOS, "yours"], default=[*DEMOS, "yours"])
    names = parser.parse_args().only
    tools = load_tools()
    with tempfile.TemporaryDirectory() as root, tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=tools.browser_path(), args=tools.BROWSER_ARGS)
        with tools.JupyterLab(Path(root), Path(home)) as lab:
            page = browser.new_page(viewport={"width": 1250, "height": 1400})
            for name in names:
                if name == "yours":
                    save(show(page, lab, tools, name, YOURS).screenshot(), "optimizer_race-yours")
                else:
                    take(page, lab, tools, name)
        browser.close()


if __name__ == "__main__":
    main()
