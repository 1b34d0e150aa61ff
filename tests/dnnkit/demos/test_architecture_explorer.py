"""The architecture explorer: its numbers, the student's functions, networks of one's own, words and pictures."""

import json

import numpy as np
import pytest

from dnnkit.demos import architecture_explorer
from dnnkit.demos import static_view as still
from dnnkit.demos.architectures import counts, panels
from dnnkit.demos.architectures.demo import NETWORKS
from dnnkit.demos.architectures.networks import KINDS, MOST, OWN, known_networks, own_network

CHAIN = [["conv 5 × 5", 8], ["residual", 24], ["pool", 1], ["conv 1 × 1", 4], ["dense", 7], ["dense", 3]]


def right_conv(input_shape, kernel_size, out_channels, stride, padding):
    rows, columns = ((n + 2 * padding - kernel_size) // stride + 1 for n in input_shape[:2])
    seen = kernel_size * kernel_size * input_shape[2]
    return (rows, columns, out_channels), seen * out_channels + out_channels, rows * columns * out_channels * seen


def right_network(layers, input_shape, conv=right_conv):
    rows, shape = [], tuple(input_shape)
    for layer in layers:
        parameters = work = 0
        if layer["kind"] == "conv":
            shape, parameters, work = conv(
                shape, layer["kernel_size"], layer["out_channels"], layer["stride"], layer["padding"]
            )
        elif layer["kind"] == "pool":
            shape = conv(shape, layer["kernel_size"], shape[2], layer["stride"], layer["padding"])[0]
        elif layer["kind"] == "flatten":
            shape = (int(np.prod(shape)),)
        else:
            parameters, work, shape = layer["units"] * (shape[0] + 1), layer["units"] * shape[0], (layer["units"],)
        rows.append((shape, parameters, work))
    return rows, sum(row[1] for row in rows), sum(row[2] for row in rows)


def right_field(layers):
    size, stride = 1, 1
    for layer in layers:
        size, stride = size + (layer["kernel_size"] - 1) * stride, stride * layer["stride"]
    return size, stride


RIGHT = {"conv_cost": right_conv, "network_cost": right_network, "receptive_field": right_field}


def totals(demo):
    return demo.result["costs"].numbers.sum(axis=0)


def panel_of(demo, number):
    return json.loads(demo.state)["panels"][number]


# numbers


@pytest.mark.parametrize("name", NETWORKS)
def test_the_numbers_that_came_with_a_network_are_right(name):
    demo, own = architecture_explorer(network=name, **RIGHT), architecture_explorer(network=name)
    assert demo.own.problems == []
    assert demo.result["known"] is None
    np.testing.assert_array_equal(demo.result["costs"].numbers, own.result["costs"].numbers)
    assert demo.result["costs"].sees == own.result["costs"].sees
    assert demo.data == own.data


@pytest.mark.parametrize(
    ("name", "parameters", "work"),
    [
        ("AlexNet", 62_378_344, 1_135_256_096),
        ("LeNet-5", 61_706, 416_520),
        ("inception 3a", 163_696, 128_049_152),
        ("U-Net", 31_031_810, None),  # the size that is told of the original, with padding or without
    ],
)
def test_sums_are_those_that_lesson_and_papers_name(name, parameters, work):
    found = totals(architecture_explorer(network=name))
    assert found[0] == parameters
    assert work in (None, found[1])


@pytest.mark.parametrize(("name", "about"), [("GoogLeNet", 7.0e6), ("ResNet-18", 11.7e6), ("DenseNet-40", 1.0e6)])
def test_the_famous_networks_are_as_large_as_their_papers_say(name, about):
    assert totals(architecture_explorer(network=name))[0] == pytest.approx(about, rel=0.01)


def test_the_right_answer_of_the_question_is_right():
    demo = architecture_explorer()
    dense = [place for place, block in enumerate(demo.result["blocks"]) if block.kind == "dense"]
    parameters, work = panels.part(demo.result["costs"])[dense].sum(axis=0)
    assert (parameters > 0.5, work > 0.5) == (True, False)
    assert "parameters in the dense layers, work in the convolutions" in architecture_explorer.question.options


def test_shapes_of_neighbours_fit_together():
    for name, blocks in known_networks().items():
        for place, block in enumerate(blocks[1:], 1):
            before = blocks[place - 1 if block.behind is None else block.behind[0]]
            for chain in block.chains:
                fits = chain.start == before.shape or block.extra != (0, 0) or chain.start[0] == before.shape[0]
                assert fits or name == "text CNN", (name, block.name)


# the student's functions


def fewer(input_shape, kernel_size, out_channels, stride, padding):
    shape, parameters, work = right_conv(input_shape, kernel_size, out_channels, stride, padding)
    return shape, parameters - out_channels, work


def unsummed(layers, input_shape):
    rows, parameters, work = right_network(layers, input_shape)
    return rows, parameters, work + 1


@pytest.mark.parametrize(
    ("slot", "function"),
    [
        ("conv_cost", fewer),
        ("conv_cost", lambda s, k, c, stride, p: right_conv(s, k, c, 1, p)),
        ("network_cost", unsummed),
        ("network_cost", lambda layers, shape: right_network(layers, shape, fewer)),
        ("receptive_field", lambda layers: (right_field(layers)[0] + 1, 1)),
    ],
)
def test_a_wrong_function_is_named(slot, function):
    demo = architecture_explorer(**{slot: function})
    (problem,) = demo.own.problems
    assert problem.startswith(f"Your {slot} differs from the demo's own")
    assert problem.endswith(f'check("{slot}") says more.')
    assert demo.result["known"] is not None


def test_wrong_bars_have_the_right_ones_around_them():
    demo = architecture_explorer(conv_cost=lambda s, k, c, stride, p: (*right_conv(s, k, c, stride, p)[:2], 1))
    empty = [mark for mark in panel_of(demo, 1)["marks"] if mark.get("fill") == panels.NOTHING]
    assert len(empty) >= 5
    assert "5 of 10 values are wrong" in demo.own.problems[0]


def unwritten(*args):
    raise NotImplementedError("not written yet")


@pytest.mark.parametrize("slot", RIGHT)
@pytest.mark.parametrize(
    ("function", "words"),
    [
        (unwritten, "Your {} is not written yet: the picture shows the demo's own."),
        (lambda *args: None, "Your {} raised TypeError"),
        (lambda *args: (1, 2, 3, 4), "Your {} raised"),
        (lambda *args: ([((1,), 1, float("nan"))] * 9, 1, 1), "Your {} raised"),
        (lambda *args: (-1, -1, -1), "Your {} raised"),
    ],
)
def test_an_unwritten_or_failing_function_leaves_the_demos_own_picture(slot, function, words):
    demo, own = architecture_explorer(**{slot: function}), architecture_explorer()
    assert len(demo.own.problems) == 1
    assert demo.own.problems[0].startswith(words.format(slot))
    assert demo.data == own.data


def test_a_function_that_changes_its_inputs_does_no_harm():
    def in_place(layers, input_shape):
        answer = right_network(layers, input_shape)
        for layer in layers:
            layer.clear()
        layers.clear()
        return answer

    for name in NETWORKS:
        assert architecture_explorer(network=name, network_cost=in_place).own.problems == []
    assert totals(architecture_explorer())[0] == 62_378_344


# a network of one's own


def test_a_network_of_ones_own_is_counted_by_the_student_alone():
    demo = architecture_explorer(network=OWN, blocks=CHAIN)
    assert demo.own.problems == []
    assert not demo.result["costs"].counted
    assert "No numbers yet" in json.dumps(panel_of(demo, 1))
    assert totals(architecture_explorer(network=OWN, blocks=CHAIN, **RIGHT)).tolist() == [15_083, 7_920_661]
    late = architecture_explorer(network=OWN, network_cost=unwritten)
    assert late.own.problems == ["Your network_cost is not written yet: the numbers are missing."]


def test_its_shapes_are_those_of_its_layers():
    blocks = own_network([*CHAIN[:4], ["pool", 1]] + [["pool", 1]] * 5 + CHAIN[4:])
    assert [block.shape for block in blocks[:5]] == [(32, 32, 3), (32, 32, 8), (32, 32, 24), (16, 16, 24), (16, 16, 4)]
    assert [block.shape[0] for block in blocks[5:]] == [8, 4, 2, 1, 1, 1, 7, 3]
    for block in blocks:
        for chain in block.chains:
            assert [row[0] for row in right_network(chain.layers, chain.start)[0]] == list(chain.shapes)


def test_shapes_that_are_wrong_are_named_in_ones_own_network():
    demo = architecture_explorer(network=OWN, network_cost=lambda layers, s: right_network(layers, s, fewer))
    assert demo.own.problems == []  # only numbers differ, and those nobody else knows
    turned = lambda layers, s: ([((9, 9, 9), *row[1:]) for row in right_network(layers, s)[0]], 0, 0)  # noqa: E731
    demo = architecture_explorer(network=OWN, network_cost=turned)
    assert demo.own.problems[0].startswith("Your network_cost differs from the demo's own")


def test_blocks_are_added_changed_and_removed_by_buttons_and_keys():
    demo = architecture_explorer(network=OWN, **RIGHT)
    assert (demo.values["step"], demo.values["kind"], demo.values["channels"]) == (6, "dense", 10)
    demo.change(step=2)
    assert demo.values["kind"] == "pool"
    ask(demo, ["add", None])
    assert ([block[0] for block in demo.values["blocks"][1:3]], demo.values["step"]) == (["pool", "pool"], 3)
    demo.change(kind="residual")
    ask(demo, ["key", ["ArrowUp", False]])
    assert demo.values["blocks"][2] == ["residual", 32]
    assert demo.values["channels"] == 32
    ask(demo, ["key", ["ArrowLeft", False]])
    assert (demo.values["step"], demo.values["kind"]) == (2, "pool")
    ask(demo, ["key", ["-", False]])
    assert [block[0] for block in demo.values["blocks"][:3]] == ["conv 3 × 3", "residual", "conv 3 × 3"]
    ask(demo, ["key", ["+", False]])
    ask(demo, ["remove", None])
    assert len(demo.values["blocks"]) == 6
    assert demo.own.problems == []


def ask(demo, *actions):
    """Do what the page asks for."""
    numbered = [[demo._done + 1 + place, *action] for place, action in enumerate(actions)]
    demo.asked = json.dumps({"values": json.loads(demo.state)["values"], "actions": numbered})


def test_a_dense_block_moves_behind_all_that_see_a_picture():
    demo = architecture_explorer(network=OWN, **RIGHT)
    demo.change(step=1)
    demo.change(kind="dense")
    assert [block[0] for block in demo.values["blocks"]][-2:] == ["dense", "dense"]
    assert (demo.values["step"], demo.values["channels"]) == (5, 16)
    assert demo.own.problems == []


def test_there_is_always_one_block_and_never_too_many():
    demo = architecture_explorer(network=OWN)
    for _ in range(20):
        ask(demo, ["add", None])
    assert len(demo.values["blocks"]) == MOST
    for _ in range(20):
        ask(demo, ["remove", None])
    assert (len(demo.values["blocks"]), demo.values["step"]) == (1, 1)
    demo.change(step=0)
    ask(demo, ["remove", None])
    ask(demo, ["add", None])
    assert demo.values["blocks"][0] == ["conv 3 × 3", 16]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_block_is_counted(kind):
    demo = architecture_explorer(network=OWN, blocks=[[kind, 5]], **RIGHT)
    assert demo.own.problems == []
    assert demo.result["costs"].counted


def test_adding_to_a_known_network_begins_ones_own():
    demo = architecture_explorer(**RIGHT)
    ask(demo, ["add", None])
    assert (demo.values["network"], demo.values["step"]) == (OWN, 6)
    assert "conv 1" in panel_of(demo, 0)["hover"][1]


# words, pictures, hands


@pytest.mark.parametrize("name", NETWORKS)
def test_every_network_has_its_picture_its_sentences_and_its_texts_beside_the_pointer(name):
    demo, other = architecture_explorer(network=name), architecture_explorer(network=OWN)
    state = json.loads(demo.state)
    count = len(demo.result["blocks"])
    assert (state["steps"], len(state["panels"][0]["hover"]), len(state["panels"][1]["hover"])) == (count, count, count)
    assert max(map(len, state["sentences"])) < 200
    assert state["sentences"][0].startswith(f"{name} reads ")
    assert demo.data != other.data or state["panels"] != json.loads(other.state)["panels"]


def test_the_sentence_names_shape_costs_view_and_sums():
    assert architecture_explorer(step=3).sentence == (
        "conv 2 (5 × 5): 27 × 27 × 256, sees 51 × 51 pixels; 614,656 parameters (1 %), "
        "448 million multiply-adds (39 %). Up to here: 1 % and 49 % of all."
    )
    assert architecture_explorer(network="text CNN", step=4).sentence.startswith("3 words (kernels over 3 words): ")
    assert "sees 307 × 307 pixels: all of it" in architecture_explorer(network="ResNet-18", step=9).sentence


@pytest.mark.parametrize("preset", architecture_explorer.presets)
def test_presets_choose_a_block_that_is_there(preset):
    demo = architecture_explorer()
    demo.use_preset(preset)
    assert demo.values["step"] < len(demo.result["blocks"])
    assert demo.follow(demo.values, {"step"}).items() <= demo.values.items()


def test_another_network_is_looked_at_from_its_input():
    demo = architecture_explorer(step=9)
    demo.change(network="U-Net")
    assert demo.values["step"] == 0
    assert architecture_explorer(network="U-Net", step=99).values["step"] == 10


def test_columns_of_both_pictures_agree_and_a_click_chooses():
    first, second = (panel_of(architecture_explorer(network="U-Net"), number) for number in (0, 1))
    assert (first["xlim"], first["width"], first["scrub"]) == (second["xlim"], second["width"], [0.0, 1.0])
    assert (first["picks"], second["picks"], panel_of(architecture_explorer(), 2)["picks"]) == (True, True, False)


def test_a_pinned_network_stands_in_grey_under_the_sums_on_the_same_scale():
    demo = architecture_explorer()
    demo.pin()
    demo.change(network="GoogLeNet")
    panel = panel_of(demo, 2)
    assert panel["title"].endswith("grey: AlexNet, pinned")
    assert sum(mark.get("ghost", False) for mark in panel["marks"]) == 2


@pytest.mark.parametrize(
    ("number", "words"),
    [(7.0e6, "7 million"), (1.135e9, "1.14 billion"), (999_499, "999,499"), (999_999, "1 million"), (0, "0")],
)
def test_large_numbers_are_said_in_words(number, words):
    assert panels.large(number) == words
    assert panels.large(float("nan")) == "?"
    assert panels.large(5e15) == "5,000 trillion"


def test_the_code_shows_the_same_state():
    demo = architecture_explorer(network=OWN, blocks=CHAIN, step=3)
    again = eval(demo.as_code(), {"architecture_explorer": architecture_explorer})
    assert (again.data, again.sentence, again.values) == (demo.data, demo.sentence, demo.values)


def test_the_table_lists_every_block_in_full():
    table = json.loads(architecture_explorer().state)["table"]
    assert table["rows"][3] == [
        "3 conv 2", "5 × 5", "27 × 27 × 256", "614,656", "447,897,600", "51", "649,600", "553,312,800",
    ]  # fmt: skip
    assert table["rows"][-1][-2:] == ["62,378,344", "1,135,256,096"]
    assert table["rows"][-1][5] == "all"


def test_costs_without_numbers_say_so():
    costs = counts.known_costs(own_network(CHAIN))
    assert not costs.counted
    assert json.loads(architecture_explorer(network=OWN).state)["table"]["rows"][1][3] == "not counted"


def test_the_still_picture_sets_alexnet_beside_googlenet_without_the_students_functions():
    _, sentences = still.still_figure(architecture_explorer(network_cost=unwritten))
    assert "AlexNet in all: 62.4 million parameters and 1.14 billion multiply-adds" in sentences[0]
    assert "GoogLeNet in all: 7 million parameters and 1.58 billion multiply-adds" in sentences[1]
