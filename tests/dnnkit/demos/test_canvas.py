"""Panels become plain JSON and bytes, and the same marks become a Matplotlib picture."""

import json

import numpy as np
import pytest

from dnnkit.demos.canvas import Panel
from dnnkit.demos.colours import COLOURS, colour_table
from dnnkit.demos.packing import pack
from dnnkit.demos.static_figure import DRAW, draw_states


def everything():
    panel = Panel("all marks", "x", "y")
    panel.field(np.arange(6.0).reshape(2, 3), (0, 3, 0, 2))
    panel.line([0, 1, np.nan, 2], [0, 1, 2, 0], series=1, end="star", grows=True)
    panel.points([0, 1], [1, 2], shape="triangle", hollow=True, grows=True)
    panel.bars([0, 1, 2], [0.5, 1.5])
    panel.rule(x=1.0)
    panel.rule(y=0.5)
    panel.arrow(0, 0, 1, 1)
    panel.box(1, 1, 0.5, 0.5, ["a", "b"], strong=True)
    panel.text(0, 0, "word", series=3, bold=True)
    return panel


def test_arrays_lie_in_the_bytes_where_the_marks_say():
    plain, data = pack([everything()])
    json.dumps(plain, allow_nan=False)
    marks = {mark["kind"]: mark for mark in plain[0]["marks"]}
    kind, offset, count = marks["line"]["y"]
    assert kind == "f"
    assert offset % 4 == 0
    assert np.frombuffer(data[offset : offset + 4 * count], "<f4").tolist() == [0, 1, 2, 0]
    kind, offset, count = marks["field"]["values"]
    assert kind == "b"
    assert np.frombuffer(data[offset : offset + count], np.uint8).tolist()[-1] == 255


def test_every_kind_of_mark_can_be_drawn_still():
    panel = everything()
    assert {mark["kind"] for mark in panel.marks} == set(DRAW)
    figure = draw_states([("one", [panel, panel], 1, "said"), ("two", [panel], 0, "said")])
    figure.canvas.draw()
    assert len(figure.axes) == 4


def test_limits_hold_every_number_and_never_collapse():
    panel = Panel("p")
    assert panel.limits() == ((0.0, 1.0), (0.0, 1.0))
    panel.line([2.0, 2.0], [5.0, 5.0])
    (left, right), (bottom, top) = panel.limits()
    assert left < 2 < right
    assert bottom < 5 < top
    log = Panel("p", ylog=True)
    log.line([0, 1], [0.0, 1e-3])
    assert 0 < log.limits()[1][0] < 1e-3 < log.limits()[1][1]


@pytest.mark.parametrize("scale", ["signed", "positive", "grey"])
def test_colour_tables_differ_at_their_ends(scale):
    table = colour_table(scale)
    assert table.shape == (256, 3)
    assert np.abs(table[0].astype(int) - table[-1].astype(int)).sum() > 60


def test_line_colours_can_be_told_from_paper():
    for colour in COLOURS:
        red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
        assert 0.2126 * red + 0.7152 * green + 0.0722 * blue < 190


def test_like_arrays_are_sent_once():
    panel = Panel("two fields with one scale of colours")
    for place in range(2):
        panel.field(np.full((2, 2), float(place)), (0, 1, 0, 1), limits=(0, 1))
    plain, data = pack([panel])
    first, second = plain[0]["marks"]
    assert first["table"] == second["table"]
    assert first["values"] != second["values"]
    assert len(data) == 4 + 768 + 4


def test_a_point_may_be_a_character_and_the_first_of_several_panels_may_be_tall():
    tall, low = Panel("tall", height=400), Panel("low", height=100)
    tall.points([0, 1], [0, 1], shape="7", series=4)
    figure = draw_states([("state", [tall, low, low], 0, "said")], tall=True)
    (row,) = figure.subfigs
    left, *right = row.axes
    assert left.lines[0].get_marker() == "$7$"
    figure.draw_without_rendering()
    places = [ax.get_position() for ax in (left, *right)]
    assert places[0].height > places[1].height + places[2].height
    assert places[1].x0 > places[0].x1
    assert places[1].y0 > places[2].y1
