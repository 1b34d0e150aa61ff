import json
import re

import numpy as np
import pytest

from dnnkit.demos import kernel_explorer
from dnnkit.demos import static_view as still
from dnnkit.demos.kernels import demo as demo_module
from dnnkit.demos.kernels import learned, pictures
from dnnkit.demos.kernels import operators as kernels
from dnnkit.demos.kernels.operators import LINEAR, OPERATORS, RANKS
from dnnkit.demos.kernels.pictures import OWN, OWN_SIDE, SIDE

MOVED = {
    "image": "checker",
    "noise": "Gaussian",
    "amount": 0.2,
    "operator": "median",
    "size": 5,
    "dilation": 3,
    "iterations": 2,
    "stride": 2,
    "padding": "wrap",
    "row": 5,
    "column": 50,
}
GRID = [[1.0, 2.0, 0.0], [0.0, -3.0, 0.0], [0.5, 0.0, 4.0]]


def loops(image, size, stride, padding, pick, dilation=1):
    """Filter by visiting every window of the padded picture."""
    padded = np.pad(image, dilation * (size // 2), mode={"zero": "constant"}.get(padding, padding))
    places = range(0, image.shape[0], stride), range(0, image.shape[1], stride)
    seen = [slice(i, i + dilation * size, dilation) for i in range(len(image))]
    return np.array([[pick(padded[seen[i], seen[j]]) for j in places[1]] for i in places[0]])


def right(X, W, b, stride, padding):
    """Convolve as the lesson says, one weight after the other."""
    X = np.pad(X, ((0, 0), (padding, padding), (padding, padding), (0, 0)))
    rows, columns = ((X.shape[i + 1] - W.shape[i]) // stride + 1 for i in range(2))
    out = np.zeros((len(X), rows, columns, W.shape[3])) + b
    for k in range(W.shape[0]):
        for l in range(W.shape[1]):
            out += X[:, k : k + stride * rows : stride, l : l + stride * columns : stride] @ W[k, l]
    return out


def flipped(X, W, b, stride, padding):
    return right(X, W[::-1, ::-1], b, stride, padding)


def ask(demo, actions=(), **values):
    demo.asked = json.dumps({"values": values, "actions": [list(action) for action in actions]})
    return json.loads(demo.state)


# numbers -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("padding", kernels.PADDINGS)
@pytest.mark.parametrize("operator", OPERATORS)
def test_output_is_what_every_window_gives(operator, padding):
    demo = kernel_explorer(operator=operator, padding=padding, size=5, stride=3, weights=GRID)
    image, size = demo.result["noisy"], demo.result["size"]
    picks = {"median": np.median, "dilate": np.max, "erode": np.min}
    if operator in LINEAR:
        expected = loops(image, size, 3, padding, lambda seen: np.sum(seen * demo.result["kernel"]))
    elif operator in picks:
        expected = loops(image, size, 3, padding, picks[operator])
    else:
        first, second = (np.min, np.max) if operator == "open" else (np.max, np.min)
        expected = loops(loops(image, size, 1, padding, first), size, 3, padding, second)
    np.testing.assert_allclose(demo.result["out"], expected, atol=1e-12)


@pytest.mark.parametrize("size", [3, 5, 7, 9])
@pytest.mark.parametrize("operator", LINEAR)
def test_kernels_keep_brightness_or_remove_it(operator, size):
    weights = kernels.kernel(operator, size, GRID)
    assert weights.shape == ((3, 3) if operator == kernels.CUSTOM else (size, size))
    total = {"box": 1, "Gaussian": 1, "sharpen": 1, "emboss": 1, kernels.CUSTOM: 4.5}.get(operator, 0)
    assert weights.sum() == pytest.approx(total, abs=1e-12)


def test_high_pass_is_the_picture_minus_the_blur():
    box, high = (kernel_explorer(operator=name, size=7).result for name in ("box", "high-pass"))
    np.testing.assert_allclose(box["out"] + high["out"], box["noisy"], atol=1e-12)
    frequency, gains = high["response"]
    blurred = sum(np.cos(2 * np.pi * frequency * k) for k in range(-3, 4)) / 7
    np.testing.assert_allclose(gains[0], np.abs(1 - blurred), atol=1e-12)


@pytest.mark.parametrize("wave", range(3))
def test_gain_is_by_how_much_a_wave_grows(wave):
    weights = np.random.default_rng(0).normal(size=(5, 5))
    frequency, gains = kernels.response(weights)
    f = frequency[16]  # an eighth: the wave fits the picture, so wrapping around does no harm
    y, x = np.mgrid[:SIDE, :SIDE]
    phase = 2 * np.pi * f * (x, y, x + y)[wave]
    cosine, sine = (kernels.apply(part, kernels.CUSTOM, 5, "wrap", weights) for part in (np.cos(phase), np.sin(phase)))
    np.testing.assert_allclose(np.hypot(cosine, sine), gains[wave, 16], rtol=1e-9)


def test_box_stops_waves_of_its_own_length():
    frequency, gains = kernels.response(np.full((3, 3), 1 / 9))
    np.testing.assert_allclose(gains[0], np.abs(1 + 2 * np.cos(2 * np.pi * frequency)) / 3, atol=1e-12)
    np.testing.assert_allclose(gains[2], gains[0] * gains[1], atol=1e-12)


@pytest.mark.parametrize("operator", OPERATORS)
def test_only_linear_operators_obey_superposition(operator):
    demo = kernel_explorer(operator=operator, size=5, weights=GRID)
    largest = demo.result["residual"].max()
    assert (largest < 1e-12) == (operator in LINEAR)
    assert ("not linear" in demo.sentence) == (operator in RANKS)
    settings = operator, demo.result["size"], "zero", GRID
    a = demo.result["noisy"][16:48, 16:48]
    b = a[:, ::-1].copy()
    direct = np.abs(kernels.apply(a + b, *settings) - kernels.apply(a, *settings) - kernels.apply(b, *settings))
    np.testing.assert_allclose(demo.result["residual"], direct, atol=1e-12)


PICKS = {
    "median": [np.median],
    "dilate": [np.max],
    "erode": [np.min],
    "open": [np.min, np.max],
    "close": [np.max, np.min],
}


@pytest.mark.parametrize(("dilation", "iterations"), [(2, 1), (4, 1), (1, 3), (3, 2)])
@pytest.mark.parametrize("padding", kernels.PADDINGS)
@pytest.mark.parametrize("operator", ["Gaussian", kernels.CUSTOM, *RANKS])
def test_dilation_and_iterations_are_what_loops_give(operator, padding, dilation, iterations):
    image = np.random.default_rng(2).random((24, 24))
    weights = kernels.kernel(operator, 3, GRID)
    expected = image
    for pick in PICKS.get(operator, [lambda seen: np.sum(seen * weights)]) * iterations:
        expected = loops(expected, 3, 1, padding, pick, dilation)
    actual = kernels.apply(image, operator, 3, padding, GRID, dilation, iterations)
    np.testing.assert_allclose(actual, expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("padding", kernels.PADDINGS)
@pytest.mark.parametrize("operator", [*LINEAR, "median", "dilate", "erode"])
def test_filters_are_scipys(operator, padding):
    from scipy import ndimage

    image, mode = np.random.default_rng(3).random((40, 40)), {"zero": "constant", "reflect": "mirror"}
    mode = {"mode": mode.get(padding, "grid-wrap")}
    rank = {"median": ndimage.median_filter, "dilate": ndimage.maximum_filter, "erode": ndimage.minimum_filter}
    for size in (3, 15):
        weights = kernels.kernel(operator, size, GRID)
        linear = operator in LINEAR
        expected = ndimage.correlate(image, weights, **mode) if linear else rank[operator](image, size, **mode)
        np.testing.assert_allclose(kernels.apply(image, operator, size, padding, GRID), expected, atol=1e-12)


@pytest.mark.parametrize("operator", OPERATORS)
def test_iterations_in_the_demo_are_the_operator_applied_to_its_own_output(operator):
    demo = kernel_explorer(operator=operator, size=5, dilation=2, iterations=3, stride=2, weights=GRID)
    image = demo.result["noisy"]
    for times in range(3):
        np.testing.assert_array_equal(demo.result["before"], image) if times == 2 else None
        image = kernels.apply(image, operator, demo.result["size"], "zero", GRID, 2)
    np.testing.assert_array_equal(demo.result["out"], image[::2, ::2])
    assert (demo.result["residual"].max() < 1e-9 * max(1.0, np.abs(image).max())) == (operator in LINEAR)
    assert "In pass 3, at row 26, column 20," in demo.sentence


def test_opening_again_changes_nothing():
    once, again = (kernel_explorer(operator="open", iterations=times).result["out"] for times in (1, 4))
    np.testing.assert_array_equal(once[2:-2, 2:-2], again[2:-2, 2:-2])  # but for the padding


@pytest.mark.parametrize(("operator", "passes"), [("box", 1), ("median", 1), ("close", 2)])
@pytest.mark.parametrize(("size", "dilation", "iterations"), [(3, 1, 1), (3, 4, 2), (5, 2, 3)])
def test_an_output_pixel_depends_on_as_many_pixels_as_it_says(operator, passes, size, dilation, iterations):
    reach = kernels.reach(operator, size, dilation, iterations)
    assert reach == 1 + passes * iterations * dilation * (size - 1)
    rng, image = np.random.default_rng(0), np.full((SIDE, SIDE), 0.5)
    middle = (SIDE // 2, SIDE // 2)
    settings = operator, size, "zero", GRID, dilation, iterations
    edge = slice(SIDE // 2 - reach // 2, SIDE // 2 + reach // 2 + 1)
    around = rng.random(image.shape)
    around[edge, edge] = image[edge, edge]
    assert kernels.apply(around, *settings)[middle] == kernels.apply(image, *settings)[middle]
    if operator == "box":
        image[edge.start, edge.stop - 1] = 0.9  # the corner counts
        assert kernels.apply(image, *settings)[middle] > 0.5


@pytest.mark.parametrize("wave", range(3))
def test_gain_of_a_dilated_and_repeated_operator(wave):
    weights = np.random.default_rng(0).normal(size=(3, 3))
    frequency, gains = kernels.response(weights, 3, 2)
    y, x = np.mgrid[:SIDE, :SIDE]
    phase = 2 * np.pi * frequency[16] * (x, y, x + y)[wave]
    settings = kernels.CUSTOM, 3, "wrap", weights, 3, 2
    cosine, sine = (kernels.apply(part, *settings) for part in (np.cos(phase), np.sin(phase)))
    np.testing.assert_allclose(np.hypot(cosine, sine), gains[wave, 16], rtol=1e-9)
    np.testing.assert_allclose(gains, kernels.response(kernels.spread(weights, 3))[1] ** 2, rtol=1e-9)


def test_noise_has_the_amount_that_is_asked_for():
    clean = pictures.picture("photo")
    grains = pictures.disturb(clean, "salt and pepper", 0.3, np.random.default_rng(1))
    changed = grains[grains != clean]
    assert set(changed) == {0.0, 1.0}
    assert changed.size / clean.size == pytest.approx(0.3, abs=0.03)
    bell = pictures.disturb(clean, "Gaussian", 0.1, np.random.default_rng(1))
    assert pictures.psnr(bell, clean) == pytest.approx(20.0, abs=0.2)  # 10 log10(1 / 0.1²)
    np.testing.assert_array_equal(pictures.disturb(clean, "none", 0.3, np.random.default_rng(1)), clean)


@pytest.mark.parametrize("name", [name for name in pictures.IMAGES if name != OWN])
def test_pictures_lie_between_black_and_white(name):
    image = pictures.picture(name)
    assert image.shape == (SIDE, SIDE)
    assert 0 <= image.min() < image.max() <= 1


# the question's truth -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(5))
def test_the_median_comes_nearest_to_the_clean_photo(seed):
    near = {name: kernel_explorer(seed=seed, operator=name).result["psnr"][1] for name in ("box", "median", "open")}
    noisy = kernel_explorer(seed=seed).result["psnr"][0]
    assert near["median"] > near["box"] + 3 > noisy + 3
    assert near["open"] < near["box"]


def test_against_gaussian_noise_the_blur_is_better():
    rivals = kernel_explorer(**kernel_explorer.presets["Gaussian noise: box"]).result["rivals"]
    assert rivals["box"] > rivals["median"]


def test_rivals_are_left_out_where_sorting_for_them_would_take_long():
    assert kernel_explorer(operator="Gaussian", size=15).result["rivals"]
    demo = kernel_explorer(operator="Gaussian", size=15, iterations=5)
    assert demo.result["rivals"] == {}
    assert "median" not in demo.sentence


# the demo ----------------------------------------------------------------------------------------------------------


def test_same_seed_same_data_and_another_seed_other_noise():
    first, second, other = (kernel_explorer(seed=seed) for seed in (3, 3, 4))
    assert first.data == second.data != other.data


@pytest.mark.parametrize("name", MOVED)
def test_every_control_changes_the_picture(name):
    demo = kernel_explorer()
    before = demo.data, demo.state
    ask(demo, **{name: MOVED[name]})
    assert (demo.data, demo.state) != before
    assert demo.params[name] == MOVED[name]


def test_the_grid_changes_the_picture_of_the_custom_operator_and_odd_entries_do_no_harm():
    demo = kernel_explorer(operator=kernels.CUSTOM, size=9)
    before = demo.data
    ask(demo, weights=GRID)
    assert demo.data != before
    np.testing.assert_array_equal(demo.result["kernel"], GRID)
    ask(demo, weights=[[None, 1e300, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 0.0]])
    assert np.isfinite(demo.result["out"]).all()


def test_every_control_is_moved_by_a_test():
    moved = set(MOVED) | {"weights", "upload"}
    assert {control.name for control in kernel_explorer.controls} | {"row", "column"} == moved


@pytest.mark.parametrize("size", [3, 9])
@pytest.mark.parametrize("operator", OPERATORS)
def test_sentence_says_the_numbers_of_the_result(operator, size):
    demo = kernel_explorer(operator=operator, size=size)
    result = demo.result
    near = [float(number) for number in re.findall(r"PSNR ([0-9.]+) dB", demo.sentence)]
    assert near == pytest.approx(result["psnr"][: 1 + result["keeps"]], abs=0.051)
    match = re.search(r"At row (\d+), column (\d+), .* is (-?[0-9.]+\d)", demo.sentence)
    assert (int(match[1]), int(match[2])) == result["place"] == (27, 21)
    assert float(match[3]) == pytest.approx(result["out"][27, 21], abs=6e-4)


@pytest.mark.parametrize("place", [(0, 0), (63, 40), (31, 63)])
@pytest.mark.parametrize("padding", kernels.PADDINGS)
@pytest.mark.parametrize("operator", ["Gaussian", "median", "open", "close"])
def test_the_window_in_numbers_gives_the_output_pixel(operator, padding, place):
    row, column = place
    result = kernel_explorer(operator=operator, size=5, padding=padding, row=row, column=column).result
    value = {
        "Gaussian": lambda: np.sum(result["seen"] * result["kernel"]),
        "median": lambda: np.median(result["seen"]),
        "open": lambda: result["once"].max(),
        "close": lambda: result["once"].min(),
    }[operator]()
    assert value == pytest.approx(result["out"][row, column], abs=1e-12)


@pytest.mark.parametrize("name", kernel_explorer.presets)
def test_presets_work(name):
    demo = kernel_explorer()
    state = ask(demo, [(1, "preset", name)])
    assert len(state["panels"]) == 4
    assert state["note"] == ""
    assert len({len(row) for row in state["table"]["rows"]} | {len(state["table"]["head"])}) == 1


def test_keys_and_pointer_move_the_window_and_stop_at_the_edge():
    demo = kernel_explorer()
    ask(demo, [(1, "key", ["ArrowRight", False]), (2, "key", ["ArrowDown", True])])
    assert demo.result["place"] == (35, 22)
    ask(demo, [(n, "key", ["ArrowUp", True]) for n in range(3, 12)])
    assert demo.result["place"] == (0, 22)
    ask(demo, [(12, "point", [10.7, 60.2])])
    assert demo.result["place"] == (3, 10)
    ask(demo, [(13, "point", [SIDE + 6 + 10.7, -5.0])])  # the clean picture beside it
    assert demo.result["place"] == (63, 10)
    ask(demo, [(14, "key", ["ArrowLeft", False])], stride=4)
    assert demo.result["place"] == (60, 4)
    again = kernel_explorer(**demo.params)
    assert again.data == demo.data


def test_pin_puts_the_pinned_output_beside_the_new_one():
    demo = kernel_explorer()
    ask(demo, [(1, "pin", None)])
    state = ask(demo, operator="Gaussian")
    words = [mark["text"] for mark in state["panels"][2]["marks"] if mark["kind"] == "text"]
    assert f"pinned: box 3 × 3, {demo.pinned[1]['psnr'][1]:.1f} dB" in words
    ask(demo, [(2, "pin", None)], operator="Gaussian", size=15, dilation=4, iterations=5)
    state = ask(demo, operator="box")
    words = [mark["text"] for mark in state["panels"][2]["marks"] if mark["kind"] == "text"]
    assert "pinned: Gaussian 15 × 15, dilation 4" in words  # no room for more
    assert any(mark.get("ghost") for mark in state["panels"][3]["marks"])


@pytest.mark.parametrize("settings", [{"dilation": 2}, {"iterations": 3}, {"dilation": 4, "iterations": 5, "size": 15}])
@pytest.mark.parametrize("operator", ["box", "median", "open"])
def test_the_numbers_of_the_last_pass_give_the_output_pixel(operator, settings):
    demo = kernel_explorer(operator=operator, row=60, column=2, **settings)
    result = demo.result
    pick = {"median": np.median, "box": np.mean}.get(operator)
    value = result["once"].max() if pick is None else pick(result["seen"])
    assert value == pytest.approx(result["out"][60, 2], abs=1e-12)
    state = json.loads(demo.state)
    assert state["panels"][1]["title"].startswith("pass ") == (settings.get("iterations", 1) > 1)
    assert len({len(row) for row in state["table"]["rows"]} | {len(state["table"]["head"])}) == 1


def test_settings_from_before_dilation_are_the_same_picture():
    old = {"image": "photo", "noise": "none", "amount": 0.05, "operator": "Sobel x", "size": 3, "stride": 1}
    demo = kernel_explorer(**old, padding="zero", weights=GRID, row=46, column=36)
    assert (demo.params["dilation"], demo.params["iterations"]) == (1, 1)
    assert demo.result["out"][46, 36] == pytest.approx(np.sum(demo.result["seen"] * kernels.EDGES["Sobel x"]))


# a picture of the reader's own ---------------------------------------------------------------------------------------


def grey_bytes(seed=0):
    return np.random.default_rng(seed).integers(0, 256, size=OWN_SIDE**2, dtype=np.uint8).tobytes()


def give(demo, content, number=1):
    """Send a file as the page sends it: bytes and the request in one message."""
    values = {key: value for key, value in demo.values.items() if key != "upload"}
    asked = json.dumps({"values": values, "actions": [[number, "file", None]]})
    demo.set_state({"file": memoryview(content), "asked": asked})
    return json.loads(demo.state)


def test_a_given_picture_is_shown_and_filtered():
    demo = kernel_explorer(noise="none", operator="box")
    state = give(demo, grey_bytes())
    image = np.frombuffer(grey_bytes(), dtype=np.uint8).reshape(OWN_SIDE, OWN_SIDE) / 255
    np.testing.assert_array_equal(demo.result["noisy"], image)
    assert state["set"]["image"] == demo.params["image"] == OWN
    assert state["note"] == ""
    np.testing.assert_allclose(demo.result["out"], kernels.apply(image, "box", 3, "zero", ()))
    assert demo.sentence.startswith("Picture: your own, no noise")
    assert "upload" not in state["values"] | state["set"]  # it does not travel with every move
    ask(demo, [(2, "key", ["ArrowDown", True]), (3, "point", [63.9, 0.1])])
    assert demo.result["place"] == (127, 127)


def test_a_given_picture_comes_back_from_settings_and_code():
    demo = kernel_explorer()
    give(demo, grey_bytes())
    assert kernel_explorer(**demo.params).data == demo.data
    assert eval(demo.as_code(), {"kernel_explorer": kernel_explorer}).data == demo.data


def test_presets_and_reset_keep_a_given_picture_and_the_code_leaves_it_out_where_it_is_not_shown():
    demo = kernel_explorer()
    give(demo, grey_bytes())
    ask(demo, [(2, "preset", "Gaussian noise: box")])
    ask(demo, [(3, "reset", None)])
    assert demo.as_code() == "kernel_explorer()"
    ask(demo, image=OWN)
    assert demo.result["noisy"].shape == (OWN_SIDE, OWN_SIDE)


@pytest.mark.parametrize("content", [b"", b"no picture", grey_bytes()[:-1], grey_bytes() * 2])
def test_what_is_no_picture_is_told_calmly_and_the_photo_stays(content):
    demo = kernel_explorer()
    state = give(demo, content)
    assert "There is no picture of your own yet, so this is the photo." in state["note"]
    np.testing.assert_array_equal(demo.result["clean"], pictures.picture("photo"))


@pytest.mark.parametrize("text", ["", "?", "AAAA", pictures.packed(b"\0" * 10**7)])
def test_a_setting_that_holds_no_picture_is_none(text):
    assert pictures.unpacked(text) is None


# learned kernels -----------------------------------------------------------------------------------------------------


def test_the_last_preset_and_a_button_show_the_kernels_of_a_trained_layer():
    demo = kernel_explorer()
    ask(demo, [(1, "preset", list(kernel_explorer.presets)[-1])])
    seen = []
    for number in range(2, 2 + len(learned.KERNELS)):
        seen.append(learned.place(demo.params["weights"]))
        assert f"learned kernel {seen[-1] + 1}, 5 × 5" in demo.sentence
        np.testing.assert_array_equal(demo.result["kernel"], demo.params["weights"])
        ask(demo, [(number, "learned", None)])
    assert seen == list(range(8))
    assert learned.place(demo.params["weights"]) == 0
    assert learned.place(GRID) is None
    ask(demo, weights=[[None, 1.0], [0.0, 2.0]])
    assert "custom grid 2 × 2" in demo.sentence


def test_learned_kernels_are_scaled_and_differ():
    assert {len(row) for kernel in learned.KERNELS for row in kernel} == {5}
    assert {max(abs(weight) for row in kernel for weight in row) for kernel in learned.KERNELS} == {100}
    assert len(set(learned.KERNELS)) == 8


# the student's conv2d ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("stride", "dilation", "iterations"), [(1, 1, 1), (3, 1, 1), (1, 2, 1), (2, 1, 3), (3, 2, 2)])
@pytest.mark.parametrize("operator", LINEAR)
def test_a_right_function_draws_the_picture(operator, stride, dilation, iterations, monkeypatch):
    monkeypatch.setattr(demo_module, "AFFORDABLE", 60.0)  # a busy machine takes longer
    settings = {"stride": stride, "dilation": dilation, "iterations": iterations, "size": 5}
    demo = kernel_explorer(conv2d=right, operator=operator, **settings)
    assert demo.own.problems == []
    assert demo.result["own"]["right"] is True
    np.testing.assert_allclose(demo.result["own"]["image"], demo.result["out"], rtol=1e-9, atol=1e-12)
    assert "yours" in demo.state


def test_a_window_too_wide_for_the_memory_is_compared_on_a_small_picture_only():
    demo = kernel_explorer(conv2d=right, size=15, dilation=4)
    assert demo.result["own"] == {"right": True, "image": None}
    assert "only compared on a small one" in demo.own.problems[0]


def ghosts(demo):
    return [mark for mark in json.loads(demo.state)["panels"][2]["marks"] if mark.get("ghost")]


def test_a_flipped_kernel_is_noticed_and_the_demos_own_stands_beside():
    demo = kernel_explorer(conv2d=flipped, operator="Sobel x", noise="none")
    assert "Your conv2d differs" in demo.own.problems[0]
    np.testing.assert_allclose(demo.result["own"]["image"], -demo.result["out"], atol=1e-12)
    assert len(ghosts(demo)) == 1
    assert "grey frame: the demo's own" in demo.state
    assert ghosts(kernel_explorer(conv2d=right)) == []


@pytest.mark.parametrize(
    "function",
    [
        lambda X, W, b, stride, padding: right(X, W, b, stride, 0),
        lambda X, W, b, stride, padding: right(X, W, b, stride, padding)[0, :, :, 0],
        lambda X, W, b, stride, padding: np.full((1, 3, 3, 1), np.nan),
        lambda X, W, b, stride, padding: np.zeros((1, 0, 0, 1)),
        lambda X, W, b, stride, padding: "a picture",
        lambda X, W, b, stride, padding: None,
        lambda X, W, b, stride, padding: right(X, W, b, 1, padding),
    ],
)
def test_wrong_shapes_and_kinds_are_noted(function):
    demo = kernel_explorer(conv2d=function, stride=2)
    assert demo.result["own"] is None or demo.result["own"]["right"] is False or demo.own.problems
    assert np.isfinite(demo.result["psnr"]).all()


def broken(X, W, b, stride, padding):
    raise ValueError("no kernel")


def test_a_raising_function_is_noted_and_the_demos_own_is_drawn():
    demo = kernel_explorer(conv2d=broken)
    assert demo.own.problems == ["Your conv2d raised ValueError: no kernel. The picture shows the demo's own."]
    assert demo.result["own"] is None
    assert len(json.loads(demo.state)["panels"]) == 4


def test_a_function_that_fails_only_on_the_whole_picture_is_noted_each_time():
    def small_only(X, W, b, stride, padding):
        if X.shape[1] > 20:
            raise MemoryError("too large")
        return right(X, W, b, stride, padding)

    demo = kernel_explorer(conv2d=small_only)
    for column in (5, 6):
        assert "too large" in ask(demo, column=column)["note"]


def test_the_whole_picture_is_filtered_once_while_the_window_moves():
    calls = []

    def counted(X, W, b, stride, padding):
        calls.append(X.shape)
        return right(X, W, b, stride, padding)

    demo = kernel_explorer(conv2d=counted)
    for column in range(5):
        ask(demo, column=column)
    assert calls.count((1, SIDE, SIDE, 1)) == 1


def test_a_slow_function_is_compared_on_a_small_picture_only(monkeypatch):
    monkeypatch.setattr(demo_module, "AFFORDABLE", 0.0)
    shapes = []

    def counted(X, W, b, stride, padding):
        shapes.append(X.shape)
        return right(X, W, b, stride, padding)

    demo = kernel_explorer(conv2d=counted)
    assert set(shapes) == {(1, 10, 11, 1)}
    assert demo.result["own"] == {"right": True, "image": None}
    assert "only compared on a small one" in demo.own.problems[0]


@pytest.mark.parametrize("settings", [{"operator": "median"}, {"padding": "wrap"}])
def test_where_the_function_cannot_filter_it_is_not_called_and_that_is_said(settings):
    demo = kernel_explorer(conv2d=broken, **settings)
    assert demo.own.problems == []
    assert "zero padding only" in demo.sentence


def test_still_picture_stands_for_three_states():
    _, sentences = still.still_figure(kernel_explorer())
    assert [sentence.split(": Picture")[0] for sentence in sentences] == list(kernel_explorer.static_presets)
