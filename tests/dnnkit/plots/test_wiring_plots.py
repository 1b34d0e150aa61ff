"""Drawings of blocks, timelines and shares: what they say is what they show."""

import pytest

from dnnkit import plots


@pytest.mark.parametrize(
    ("kind", "word", "boxes"), [("inception", "four branches", 9), ("residual", "shortcut", 7), ("dense", "later", 5)]
)
def test_blocks_are_drawn_and_described(kind, word, boxes):
    ax = plots.plot_wiring(kind)
    assert len(ax.patches) == boxes
    assert word in plots.alt_text(ax.figure)


@pytest.mark.parametrize("kind", ["unet", "text"])
def test_networks_are_drawn_and_described(kind):
    assert plots.plot_wiring(kind).texts
    assert len(plots.alt_text(plots.plot_wiring(kind).figure)) > 100


def test_an_unknown_drawing_is_named():
    with pytest.raises(ValueError, match=r"plot_wiring cannot draw 'UNet'\. Expected one of \['dense', 'inception'"):
        plots.plot_wiring("UNet")


def test_a_timeline_says_every_year():
    ax = plots.plot_timeline([2012, 2015], [16.4, 3.57], labels=["AlexNet, 8 layers", "ResNet"], ylabel="%", title="T")
    assert plots.alt_text(ax.figure) == "T: %: 2012 (AlexNet, 8 layers): 16.4; 2015 (ResNet): 3.57."
    assert [label.get_text() for label in ax.get_xticklabels()] == ["2012\nAlexNet\n8 layers", "2015\nResNet"]


def test_shares_are_drawn_side_by_side_in_percent():
    ax = plots.plot_shares(["one", "two"], {"a": [0.25, 0.75], "b": [0.5, 0.5]}, title="T")
    assert [round(bar.get_height()) for bar in ax.patches] == [25, 75, 50, 50]
    assert "a in percent: one 25.0, two 75.0." in plots.alt_text(ax.figure)
