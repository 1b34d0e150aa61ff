"""Every demo in a real JupyterLab: keys suffice and stay inside, axe finds nothing, the picture follows."""

import contextlib
import io
import re

import nbformat
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import TimeoutError as NothingCame
from playwright.sync_api import expect

from dnnkit import demos
from dnnkit.demos import DEMOS

pytestmark = pytest.mark.browser
NAMES = list(DEMOS)
ERROR = ".jp-RenderedText[data-mime-type='application/vnd.jupyter.error']"
PICTURES = "[...document.querySelectorAll('.dnn-panel canvas')].map(canvas => canvas.toDataURL())"


def notebook(lab, name, *sources):
    """Write a notebook into JupyterLab's folder."""
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    kernel = {"name": "dnn", "display_name": "dnn", "language": "python"}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), lab.root / name)
    return name


def opened(page, lab, tools, name, *sources):
    """Open a notebook with a demo, run it, and wait for the demo."""
    tools.open_notebook(page, lab, notebook(lab, name, *sources))
    tools.run_all(page)
    page.wait_for_selector(".dnn-demo", timeout=30_000)


def settled(page):
    """Wait until nothing more is drawn; return the pictures."""
    before = None
    for _ in range(40):
        page.wait_for_timeout(120)
        now = page.evaluate(PICTURES)
        if now == before:
            return now
        before = now
    raise AssertionError("the demo never comes to rest")


def cells(page):
    return page.evaluate("jupyterapp.shell.currentWidget.content.widgets.length")


@pytest.mark.parametrize("name", NAMES)
def test_a_demo_works_alone_and_by_keyboard(page, lab, tools, name):
    opened(page, lab, tools, f"{name}.ipynb", f"from dnnkit.demos import {name}", f"{name}()")
    assert page.locator(".dnn-stage").is_hidden()  # the question comes first
    assert tools.findings(page, ".dnn-demo") == []
    page.locator(".dnn-question input[type=radio]").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.locator(".dnn-stage").is_visible()
    assert "You predicted:" in page.locator(".dnn-question").inner_text()
    assert tools.findings(page, ".dnn-demo") == []
    number, before = cells(page), settled(page)
    press_every_control(page, before)
    press_shortcuts(page)
    assert cells(page) == number  # no key became a command of the notebook
    assert tools.findings(page, ".dnn-demo") == []
    assert page.problems == []


def press_every_control(page, before):
    """Move each slider and choice by keys; the first one that moves must change the picture."""
    controls = page.locator(".dnn-controls input[type=range], .dnn-controls select, .dnn-controls input[type=checkbox]")
    changed = 0
    for index in range(controls.count()):
        control = controls.nth(index)
        if not control.is_visible():
            continue
        control.focus()
        kind = control.evaluate("node => node.type")
        page.keyboard.press({"range": "ArrowRight", "checkbox": "Space"}.get(kind, "ArrowDown"))
        changed += settled(page) != before
        assert control.evaluate("node => node === document.activeElement")
    assert changed >= 1


def press_shortcuts(page):
    """Pin, presets, table, code, keys and reset, all from the keyboard."""
    first = page.locator(".dnn-bar button").first
    first.focus()
    for key in ("p", "]", "[", "r", "?"):
        page.keyboard.press(key)
        page.wait_for_timeout(100)
    assert page.locator(".dnn-keys").is_visible()
    for text in ("Table", "Code"):
        page.get_by_role("button", name=text, exact=True).focus()
        page.keyboard.press("Enter")
    assert page.locator(".dnn-table th").count() > 1
    assert page.locator(".dnn-code").inner_text().endswith(")")
    page.keyboard.press("b")  # inserts a cell when JupyterLab gets it
    page.keyboard.press("Escape")
    assert page.evaluate("!document.activeElement.closest('.dnn-demo')")


def test_the_still_picture_hides_behind_the_live_demo_and_stays_without_a_kernel(page, lab, tools):
    opened(page, lab, tools, "still.ipynb", "from dnnkit.demos import learning_rate\nlearning_rate(predict=False)")
    expect(page.locator("[data-dnn-static]")).to_be_hidden()
    tools.save_and_open_again(page, lab, "still.ipynb")
    page.wait_for_selector("[data-dnn-static] img", timeout=60_000)
    assert tools.visible_widget_errors(page) == []
    assert page.locator("[data-dnn-static] img").is_visible()
    assert "flies apart" in page.locator("[data-dnn-static] img").get_attribute("alt")


WRONG = {
    "learning_rate": (
        "def mine(params, grads, state, learning_rate):\n    return {'w': params['w'] + grads['w']}, state",
        "learning_rate(step=mine, predict=False)",
        "Your step differs from the demo's own",
    ),
    "kernel_explorer": (
        "import numpy as np\n"
        "def mine(X, W, b, stride, padding):  # with a flipped kernel\n"
        "    P = np.pad(X, ((0, 0), (padding, padding), (padding, padding), (0, 0)))\n"
        "    view = np.lib.stride_tricks.sliding_window_view(P, W.shape[:2], axis=(1, 2))[:, ::stride, ::stride]\n"
        "    return np.einsum('nijcab,abco->nijo', view, W[::-1, ::-1]) + b",
        "kernel_explorer(conv2d=mine, operator='Sobel x', predict=False)",
        "Your conv2d differs from the demo's own",
    ),
    "gradient_flow": (
        "import numpy as np\n"
        "def mine(x, h_prev, Wx, Wh, b):  # with the state weights turned round\n"
        "    return np.tanh(x @ Wx + h_prev @ Wh.T + b)",
        "gradient_flow(rnn_step_forward=mine, predict=False)",
        "Your rnn_step_forward differs from the demo's own",
    ),
    "architecture_explorer": (
        "def mine(input_shape, kernel_size, out_channels, stride, padding):  # without biases\n"
        "    height, width, channels = input_shape\n"
        "    height, width = ((n + 2 * padding - kernel_size) // stride + 1 for n in (height, width))\n"
        "    weights = kernel_size**2 * channels * out_channels\n"
        "    return (height, width, out_channels), weights, height * width * weights",
        "architecture_explorer(conv_cost=mine, step=3, predict=False)",
        "Your conv_cost differs from the demo's own",
    ),
    "latent_space": (
        "import numpy as np\n"
        "def mine(mu, logvar):  # a mean over the numbers of a code in place of a sum\n"
        "    return np.mean(mu**2 + np.exp(logvar) - 1 - logvar) / 2, mu, logvar",
        "latent_space(gaussian_kl=mine, network='VAE, beta 1', predict=False)",
        "Your gaussian_kl differs from the demo's own",
    ),
    "gridworld": (
        "def mine(V, P, R, gamma):  # without a discount\n    return R + P @ V",
        "gridworld(bellman_backup=mine, gamma=0.9, predict=False)",
        "Your bellman_backup differs from the demo's own",
    ),
    "gan_training": (
        "import numpy as np\n"
        "def mine(real_logits, fake_logits):  # without the means\n"
        "    p, q = (1 / (1 + np.exp(-logits)) for logits in (real_logits, fake_logits))\n"
        "    return -np.sum(np.log(p)) - np.sum(np.log(1 - q)), p - 1, q",
        "gan_training(discriminator_loss=mine, step=20, predict=False)",
        "Your discriminator_loss differs from the demo's own",
    ),
    "adversarial_examples": (
        "import numpy as np\n"
        "def mine(gradient, X, y, epsilon):  # without the sign\n"
        "    return np.clip(X + epsilon * gradient(X, y), 0, 1)",
        "adversarial_examples(fgsm=mine, predict=False)",
        "Your fgsm differs from the demo's own",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_function_shows_the_difference_and_no_traceback(page, lab, tools, name):
    function, demo, message = WRONG[name]
    opened(page, lab, tools, f"wrong_{name}.ipynb", function, f"from dnnkit.demos import {name}\n{demo}")
    note = page.locator(".dnn-note").inner_text()
    assert message in note
    assert re.search(r"\d+ of \d+ values are wrong", note), note
    before = settled(page)
    slider = page.locator(".dnn-controls input[type=range]:visible").first
    slider.focus()
    page.keyboard.press("ArrowLeft")
    assert settled(page) != before  # the demo goes on
    assert page.locator(ERROR).count() == 0
    assert page.problems == []


def test_local_steps_go_forward_and_back_by_keys_and_buttons(page, lab, tools):
    opened(page, lab, tools, "back.ipynb", "from dnnkit.demos import graph_stepper\ngraph_stepper(predict=False)")
    settled(page)
    step = page.get_by_label("step", exact=True)
    step.focus()
    for key, place in ((".", 5), (".", 6), (",", 5)):
        page.keyboard.press(key)
        assert step.input_value() == str(place)
    page.get_by_role("button", name="Back", exact=True).click()
    assert step.input_value() == "4"
    page.get_by_role("button", name="To the end").click()
    page.wait_for_function("document.querySelector('.dnn-says').textContent.startsWith('All 7 edges are done')")
    assert step.input_value() == step.get_attribute("max")
    assert page.problems == []


@pytest.mark.parametrize("name", [name for name in NAMES if getattr(demos, name).runs])
def test_after_pause_no_further_picture_comes(page, lab, tools, pausing, name):
    opened(page, lab, tools, f"pause_{name}.ipynb", f"from dnnkit.demos import {name}\n{name}(predict=False)")
    settled(page)
    page.evaluate(pausing.WATCH)
    presses = [pausing.pause_after(page, wait) for wait in (0, 70, 160, 290)]
    seen = [press for press in presses if press is not None]
    assert seen  # not every run was over before the press
    assert all(press["before"] > 0 for press in seen)  # it ran
    assert [press["pictures"] for press in seen] == [0] * len(seen)
    assert all(press["said"] < float("inf") for press in seen)
    assert page.locator(".dnn-hidden[aria-live]").inner_text() != ""
    page.get_by_role("button", name="Run", exact=True).click()
    page.wait_for_function("dnnPause.pictures > 1")  # Run goes on
    assert page.problems == []


def test_reduced_motion_makes_single_steps(browser, lab, tools):
    if "optimizer_race" not in NAMES:
        pytest.fail("the optimizer race is missing")
    page = browser.new_page(reduced_motion="reduce")
    opened(
        page,
        lab,
        tools,
        "still_motion.ipynb",
        "from dnnkit.demos import optimizer_race\noptimizer_race(predict=False, step=0)",
    )
    settled(page)
    page.get_by_role("button", name="Run", exact=True).click()
    page.wait_for_timeout(500)
    slider = page.locator("input[type=range]").evaluate_all("nodes => nodes.map(node => node.value)")
    page.wait_for_timeout(500)
    assert page.locator("input[type=range]").evaluate_all("nodes => nodes.map(node => node.value)") == slider
    page.close()


def test_a_demo_follows_the_dark_theme_and_its_pictures_stay_on_white(page, lab, tools):
    opened(page, lab, tools, "dark.ipynb", "from dnnkit.demos import gridworld\ngridworld(predict=False)")
    light = settled(page)
    try:
        page.evaluate("jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Dark'})")
        page.wait_for_selector("body[data-jp-theme-light=false]", state="attached")
        for name in ("Table", "Code", "Keys (?)"):
            page.get_by_role("button", name=name, exact=True).click()
        colours = page.locator(".dnn-demo").evaluate(
            "node => [getComputedStyle(node).color, getComputedStyle(node).backgroundColor]"
        )
        assert colours == ["rgb(232, 232, 232)", "rgb(28, 28, 28)"]
        assert tools.findings(page, ".dnn-demo") == []
        assert settled(page) == light
    finally:  # the server keeps the theme for the tests that follow
        page.evaluate("jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Light'})")
        page.wait_for_selector("body[data-jp-theme-light=true]", state="attached")


def test_a_demo_changed_before_it_is_shown_has_its_controls_where_they_belong(page, lab, tools):
    source = "from dnnkit.demos import kernel_explorer\ndemo = kernel_explorer(predict=False, stride=2)\n"
    opened(page, lab, tools, "changed.ipynb", source + "demo.change(size=7)\ndemo")
    settled(page)
    values = {name: page.get_by_label(name, exact=True).input_value() for name in ("size of the window", "stride")}
    assert values == {"size of the window": "7", "stride": "2"}
    assert page.locator(".dnn-grid input").count() == 9
    assert page.problems == []


def png_of(*, size):
    """A picture file: dark at the left, bright at the right."""
    shades = np.tile(np.linspace(0, 255, size[0]).astype(np.uint8), (size[1], 1))
    file = io.BytesIO()
    Image.fromarray(shades).save(file, format="PNG")
    return file.getvalue()


def chooser_opened_by_key(page, control):
    """Open the browser's choice of files with Enter; JupyterLab may take the focus back once, when its cell is done."""
    for _ in range(3):
        control.focus()
        with contextlib.suppress(NothingCame), page.expect_file_chooser(timeout=10_000) as choosing:
            page.keyboard.press("Enter")
        with contextlib.suppress(NothingCame):
            return choosing.value
    raise AssertionError("Enter opens no choice of files.")


def test_a_picture_of_ones_own_is_given_by_keyboard_and_what_is_none_is_refused(page, lab, tools):
    shown = "from dnnkit.demos import kernel_explorer\ndemo = kernel_explorer(predict=False, noise='none')\ndemo"
    opened(page, lab, tools, "own_picture.ipynb", shown)
    before = settled(page)
    control = page.get_by_label("your own picture")
    chooser_opened_by_key(page, control).set_files(
        {"name": "notes.png", "mimeType": "image/png", "buffer": b"these are notes"}
    )
    status = page.locator(".dnn-said")
    expect(status).to_have_text("The browser sees no picture in this file. Please choose a PNG or JPEG picture.")
    assert settled(page) == before
    control.set_input_files({"name": "ramp.png", "mimeType": "image/png", "buffer": png_of(size=(300, 200))})
    expect(status).to_have_text("Scaled to 128 × 128 grey pixels.")
    expect(page.locator(".dnn-says")).to_contain_text("Picture: your own, no noise")
    assert settled(page) != before
    assert page.get_by_label("picture", exact=True).input_value() == "your own"
    assert tools.findings(page, ".dnn-demo") == []
    slider = page.get_by_label("iterations", exact=True)
    slider.focus()
    page.keyboard.press("ArrowRight")  # the picture stays while other controls move
    expect(page.locator(".dnn-says")).to_contain_text("box 3 × 3, 2 times")
    expect(page.locator(".dnn-says")).to_contain_text("Picture: your own, no noise")
    assert slider.get_attribute("aria-valuetext") == "2 times"
    assert control.evaluate("node => node.getAttribute('aria-describedby')") == status.get_attribute("id")
    assert page.locator(ERROR).count() == 0
    assert page.problems == []


def test_layers_and_units_of_the_playground_move_together(page, lab, tools):
    opened(
        page,
        lab,
        tools,
        "layers.ipynb",
        "from dnnkit.demos import neuron_playground\nneuron_playground(predict=False)",
    )
    layers, units = page.get_by_label("hidden layers", exact=True), page.get_by_label("hidden units", exact=True)
    layers.focus()
    for _ in range(2):
        page.keyboard.press("ArrowRight")
    expect(page.locator(".dnn-says")).to_contain_text("2 hidden layers of 2 units")
    assert (layers.input_value(), units.input_value()) == ("2", "2")
    assert units.get_attribute("aria-valuetext") == "2 a layer"
    units.focus()
    page.keyboard.press("Home")
    expect(page.locator(".dnn-says")).to_contain_text("one neuron")
    assert (layers.input_value(), units.input_value()) == ("0", "0")
    assert page.problems == []


def test_pictures_of_gradient_flow_answer_to_the_pointer(page, lab, tools):
    opened(page, lab, tools, "flow.ipynb", "from dnnkit.demos import gradient_flow\ngradient_flow(predict=False)")
    settled(page)
    pictures, demo = page.locator(".dnn-panel canvas"), page.locator(".dnn-demo").bounding_box()
    assert demo["height"] <= 620
    box = pictures.nth(2).bounding_box()
    page.mouse.move(box["x"] + 200, box["y"] + 80)
    beside = page.locator(".dnn-beside:visible")
    expect(beside).to_contain_text("steps back: ")
    back = int(beside.inner_text().split()[0])
    expect(page.locator(".dnn-says")).to_contain_text(f"tanh, {back} steps back: ")
    assert page.get_by_label("steps back", exact=True).input_value() == str(back)
    radius = page.get_by_label("radius of Wh", exact=True)
    assert radius.input_value() == "1"
    page.mouse.down()
    page.mouse.move(box["x"] + 100, box["y"] + 120, steps=3)
    page.mouse.up()
    expect(page.locator(".dnn-says")).to_contain_text(re.compile(r"Wh has radius 0\.\d"))
    assert float(radius.input_value()) < 1
    page.mouse.move(5, 5)
    expect(beside).to_have_count(0)
    page.get_by_label("network", exact=True).select_option("LSTM")
    expect(radius).to_be_hidden()
    expect(page.get_by_label("forget bias", exact=True)).to_be_visible()
    expect(page.get_by_label("size of the pulse")).to_be_hidden()
    page.get_by_role("button", name="More", exact=True).click()
    expect(page.get_by_label("size of the pulse")).to_be_visible()
    assert tools.findings(page, ".dnn-demo") == []
    assert page.problems == []


def test_blocks_of_an_architecture_answer_to_pointer_and_keys(page, lab, tools):
    counting = "def mine(layers, shape):\n    raise NotImplementedError('not yet')"
    shown = "from dnnkit.demos import architecture_explorer\narchitecture_explorer(network_cost=mine, predict=False)"
    opened(page, lab, tools, "blocks.ipynb", counting, shown)
    before = settled(page)
    expect(page.locator(".dnn-note")).to_have_text(
        "Your network_cost is not written yet: the picture shows the demo's own."
    )
    picture, words = page.locator(".dnn-panel canvas").first, page.locator(".dnn-says")
    box = picture.bounding_box()
    column = (box["width"] - 110) / 12
    page.mouse.move(box["x"] + 104 + 3.5 * column, box["y"] + 90)  # conv 2
    beside = page.locator(".dnn-beside:visible")
    expect(beside).to_have_text("conv 2: 27 × 27 × 256, sees 51 × 51 pixels")
    assert settled(page) == before  # the pointer alone chooses nothing
    page.mouse.down()
    page.mouse.up()
    expect(words).to_contain_text("conv 2 (5 × 5): 27 × 27 × 256, sees 51 × 51 pixels; 614,656 parameters (1 %)")
    picture.focus()
    page.keyboard.press("ArrowRight")
    expect(words).to_contain_text("pool (3 × 3): 13 × 13 × 256")
    page.mouse.move(5, 5)
    kind = page.get_by_label("kind", exact=True)
    expect(kind).to_be_hidden()
    page.get_by_label("net", exact=True).select_option("my own net")
    expect(page.locator(".dnn-note")).to_have_text("Your network_cost is not written yet: the numbers are missing.")
    expect(kind).to_have_value("dense")
    picture.focus()
    for key, sentence in (
        ("ArrowLeft", "conv 3 (3 × 3): 8 × 8 × 64"),
        ("ArrowUp", "conv 3 (3 × 3): 8 × 8 × 128"),
        ("+", "conv 4 (3 × 3): 8 × 8 × 128"),
        ("-", "conv 3 (3 × 3): 8 × 8 × 128"),
    ):
        page.keyboard.press(key)
        expect(words).to_contain_text(sentence)
    kind.select_option("residual")
    expect(words).to_contain_text("res. 1 (two of 3 × 3, and a shortcut): 8 × 8 × 128")
    assert settled(page)
    assert tools.findings(page, ".dnn-demo") == []
    assert page.problems == []


def test_the_map_of_latent_space_answers_to_pointer_and_keys(page, lab, tools):
    drawing = "def mine(mu, logvar, rng):\n    raise NotImplementedError('not yet')"
    shown = "from dnnkit.demos import latent_space\nlatent_space(reparameterize=mine, predict=False)"
    opened(page, lab, tools, "latent.ipynb", drawing, shown)
    settled(page)
    expect(page.locator(".dnn-note")).to_be_hidden()  # a plain autoencoder draws nothing
    words, network = page.locator(".dnn-says"), page.get_by_label("network", exact=True)
    network.select_option("VAE, beta 1")
    expect(words).to_contain_text("VAE, beta 1, at (-0.16, -1.61): nearest to a 9, at distance 0.91. Codes reach")
    expect(page.locator(".dnn-note")).to_have_text(
        "Your reparameterize is not written yet: the picture shows the demo's own."
    )
    pictures, right = page.locator(".dnn-panel canvas"), page.get_by_label("right", exact=True)
    box = pictures.first.bounding_box()
    page.mouse.move(box["x"] + 200, box["y"] + 100)
    page.mouse.down()
    page.mouse.move(box["x"] + 300, box["y"] + 190, steps=3)
    page.mouse.up()
    expect(words).to_contain_text(re.compile(r"at \(1\.\d\d, -?0\.\d\d\): nearest to an? \d, at distance \d"))
    assert 0.3 < float(right.input_value()) < 0.5
    before = right.input_value()
    pictures.first.focus()
    page.keyboard.press("Shift+ArrowRight")
    expect(right).not_to_have_value(before)
    page.keyboard.press("s")
    expect(words).to_contain_text("VAE, beta 1")
    settled(page)
    page.keyboard.press("d")
    expect(right).not_to_have_value(before)
    beside, bars = page.locator(".dnn-beside:visible"), pictures.nth(3).bounding_box()
    page.mouse.move(bars["x"] + 66, bars["y"] + 80)
    expect(beside).to_have_text("VAE, beta 0.1: rebuilding 6.86, numbers 3.01 and 3.08")
    page.mouse.move(box["x"] + 150, box["y"] + 210)
    expect(beside).to_contain_text(re.compile(r"an? \d at \(-?\d"))
    strip = pictures.nth(2).bounding_box()
    page.mouse.move(strip["x"] + 95, strip["y"] + 30)
    expect(beside).to_contain_text(re.compile(r"step 2: nearest to an? \d, distance"))
    expect(page.get_by_label("step", exact=True)).to_have_value("2")
    page.mouse.move(5, 5)
    assert tools.findings(page, ".dnn-demo") == []
    assert page.problems == []


# What is chosen in a demo where its picture might become higher than a small screen: the control's label, the options.
FITS = {
    "architecture_explorer": ("net", ("AlexNet", "GoogLeNet", "U-Net", "my own net")),
    "latent_space": ("network", ("plain autoencoder", "VAE, beta 4")),
    "gridworld": ("Preset", ("cliff", "cliff, slippery", "rooms")),
    "gan_training": ("Preset", ("a line", "a line: D wins, minimax", "collapsed")),
    "adversarial_examples": ("network", ("softmax regression", "trained under attack")),
}


@pytest.fixture
def small_screen(browser, lab, tools):
    """Function that opens a demo at 1280 x 800, as wide as with JupyterLab's list of files beside it."""
    page = browser.new_page(viewport={"width": 1280, "height": 800})

    def open_demo(name):
        source = f"from dnnkit.demos import {name}\n{name}(predict=False)"
        opened(page, lab, tools, f"small_{name}.ipynb", source)
        page.add_style_tag(content=".dnn-demo { max-width: 824px; }")
        settled(page)
        return page

    yield open_demo
    page.close()


@pytest.mark.parametrize("name", FITS)
def test_a_demo_fits_a_small_screen(small_screen, name):
    page = small_screen(name)
    label, options = FITS[name]
    for option in options:
        page.get_by_label(label, exact=True).select_option(option)
        settled(page)
        assert page.locator(".dnn-demo").bounding_box()["height"] <= 620
    assert page.locator(".dnn-controls > .dnn-control:visible").count() <= 4


def test_latent_space_stands_side_by_side_and_on_a_phone_one_below_the_other(small_screen):
    page = small_screen("latent_space")
    places = [page.locator(".dnn-panel").nth(number).bounding_box() for number in range(4)]
    assert all(place["x"] > places[0]["x"] + places[0]["width"] for place in places[1:])
    page.add_style_tag(content=".dnn-demo { max-width: 430px; }")
    settled(page)
    places = [page.locator(".dnn-panel").nth(number).bounding_box() for number in range(4)]
    assert len({place["x"] for place in places}) == 1


def test_the_gridworld_can_be_edited_by_pointer_and_keys(page, lab, tools):
    learning = "def mine(Q, transition, learning_rate, gamma):\n    raise NotImplementedError('not yet')"
    shown = "from dnnkit.demos import gridworld\ngridworld(q_learning_update=mine, predict=False)"
    opened(page, lab, tools, "world.ipynb", learning, shown)
    settled(page)
    expect(page.locator(".dnn-note")).to_have_text(
        "Your q_learning_update is not written yet: the picture shows the demo's own."
    )
    words, world = page.locator(".dnn-says"), page.locator(".dnn-panel canvas").first
    expect(words).to_have_text(re.compile(r"After 200 episodes, Q-learning walks 13 steps and fell \d+ times; SARSA"))
    page.get_by_label("a click", exact=True).select_option("sets a wall")
    box = world.bounding_box()
    page.mouse.move(box["x"] + 231, box["y"] + 135)  # at the edge of the cliff
    page.mouse.down()
    page.mouse.up()
    expect(words).to_contain_text("Q-learning walks 15 steps")
    title = page.locator(".dnn-panel figcaption").nth(2)
    expect(title).to_contain_text("row 3, column 5")
    world.focus()
    page.keyboard.press("e")
    expect(words).to_contain_text("Q-learning walks 13 steps")
    page.keyboard.press("ArrowUp")
    expect(title).to_contain_text("row 2, column 5")
    page.mouse.move(box["x"] + 331, box["y"] + 85)
    expect(page.locator(".dnn-beside:visible")).to_have_text(re.compile("[↑→↓←] −"))
    page.get_by_label("step", exact=True).focus()
    page.keyboard.press("Home")
    expect(words).to_contain_text("Before the first episode nothing is known")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(words).to_contain_text("After 200 episodes", timeout=20_000)
    page.get_by_label("look at", exact=True).select_option("value iteration")
    expect(words).to_contain_text("After 15 sweeps, 37 of 37 places have their last value")
    curves = page.locator(".dnn-panel canvas").nth(1).bounding_box()
    page.get_by_label("look at", exact=True).select_option("SARSA")
    expect(words).to_contain_text("After 200 episodes")
    page.mouse.move(curves["x"] + 160, curves["y"] + 60)
    expect(page.locator(".dnn-beside:visible")).to_contain_text("episode ")
    page.mouse.move(5, 5)
    assert tools.findings(page, ".dnn-demo") == []
    assert page.problems == []


def test_the_map_of_changes_answers_to_pointer_and_keys(page, lab, tools):
    unwritten = "def mine(gradient, X, y, epsilon):\n    raise NotImplementedError('not yet')"
    shown = "from dnnkit.demos import adversarial_examples\nadversarial_examples(fgsm=mine, predict=False)"
    opened(page, lab, tools, "adversarial.ipynb", unwritten, shown)
    words, pictures = page.locator(".dnn-says"), page.locator(".dnn-panel canvas")
    expect(words).to_have_text("As it is: read as a 4, 100% sure, rightly.")
    expect(page.locator(".dnn-note")).to_have_text("Your fgsm is not written yet: the picture shows the demo's own.")
    box = pictures.nth(2).bounding_box()
    page.mouse.move(box["x"] + 60, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 190, box["y"] + 98, steps=4)
    page.mouse.up()
    expect(words).to_contain_text(re.compile(r"changed by 0\.2\d by fgsm.*: read as a 1, \d+% sure, but it is"))
    page.mouse.move(box["x"] + 120, box["y"] + 60)
    expect(page.locator(".dnn-beside:visible")).to_contain_text(re.compile(r"0\.\d\d by fgsm, 0\.1\d random: a 1"))
    pictures.nth(2).focus()
    page.keyboard.press("Shift+ArrowUp")
    expect(words).to_contain_text(re.compile(r"and 0\.0\d at random"))
    page.keyboard.press("n")
    expect(words).to_contain_text("but it is a 5")
    curve = pictures.nth(3).bounding_box()
    page.mouse.move(curve["x"] + 52, curve["y"] + 90)
    expect(page.get_by_label("epsilon in hundredths", exact=True)).to_have_value("0")
    expect(page.locator(".dnn-beside:visible")).to_contain_text("epsilon 0.00: a 5")
    page.mouse.move(5, 5)
    assert tools.findings(page, ".dnn-demo") == []
    assert page.problems == []


def test_adversarial_examples_stand_in_two_rows(small_screen):
    page = small_screen("adversarial_examples")
    rows = [page.locator(".dnn-panel").nth(number).bounding_box()["y"] for number in range(5)]
    assert rows[0] == rows[1] < rows[2] == rows[3] == rows[4]


def test_the_game_of_two_networks_answers_to_pointer_and_keys(page, lab, tools):
    unwritten = "def mine(fake_logits, saturating=False):\n    raise NotImplementedError('not yet')"
    shown = "from dnnkit.demos import gan_training\ngan_training(generator_loss=mine, predict=False)"
    opened(page, lab, tools, "game.ipynb", unwritten, shown)
    words, pictures = page.locator(".dnn-says"), page.locator(".dnn-panel canvas")
    expect(words).to_contain_text("After 0 rounds: ")
    expect(page.locator(".dnn-note")).to_have_text(
        "Your generator_loss is not written yet: the picture shows the demo's own."
    )
    page.get_by_role("button", name="Run", exact=True).click()
    expect(words).to_contain_text("After 320 rounds: 2 of 2 heaps covered", timeout=20_000)
    stops = page.get_by_label("both learn until round", exact=True)
    stops.focus()
    page.keyboard.press("Home")
    expect(words).to_contain_text("After 320 rounds, only G since 0")
    page.keyboard.press("End")
    expect(words).to_contain_text("2 of 2 heaps covered")
    before, box = settled(page), pictures.first.bounding_box()
    page.mouse.move(box["x"] + 298, box["y"] + 320)  # the triangle at 1.5
    page.mouse.down()
    page.mouse.move(box["x"] + 340, box["y"] + 320, steps=4)
    page.mouse.up()
    assert settled(page)[0] != before[0]
    page.get_by_role("button", name="Code", exact=True).click()
    expect(page.locator(".dnn-code")).to_contain_text("heaps=[-2.0, 2.")
    pictures.first.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".dnn-code")).to_contain_text("heaps=[-2.0, 2.")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".dnn-code")).to_contain_text("heaps=[-1.9, 2.")
    beside, curves = page.locator(".dnn-beside:visible"), pictures.nth(1).bounding_box()
    page.mouse.move(curves["x"] + 160, curves["y"] + 60)
    expect(beside).to_contain_text(re.compile(r"round \d+: D's loss \d\.\d\d, G's \d"))
    expect(page.get_by_label("moment", exact=True)).not_to_have_value("40")
    page.mouse.move(box["x"] + 250, box["y"] + 166)
    expect(beside).to_contain_text(re.compile(r"x = -?\d\.\d: D says 0\.\d\d, best"))
    page.get_by_label("Preset", exact=True).select_option("collapsed")
    expect(words).to_contain_text("After 1200 rounds: 1 of 8 heaps covered")
    page.mouse.move(box["x"] + 221, box["y"] + 92)  # the heap at the top
    expect(beside).to_contain_text(re.compile(r"\d\.\d% of the samples here"))
    page.mouse.move(5, 5)
    assert tools.findings(page, ".dnn-demo") == []
    assert page.problems == []
