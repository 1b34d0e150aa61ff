import re
import sys

import numpy as np
import pytest
from IPython.utils.capture import capture_output

from dnnkit import plots


@pytest.fixture
def points():
    X = np.array([[-1.0, 0.0], [-2.0, 1.0], [1.0, 0.0], [2.0, 1.0]])
    return X, np.array([0, 0, 1, 1])


def classify(points):
    return (points[:, 0] > 0).astype(float)


def test_losses_are_described_as_drawn():
    ax = plots.plot_losses([0.7, 0.3, 0.4], label="minibatches", reference=(0.69, "guessing"))
    assert plots.alt_text(ax.figure) == (
        "Loss of minibatches: from 0.7 to 0.4 in 3 epochs, lowest 0.3 in epoch 2. Dashed line, guessing: 0.69."
    )
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("epoch", "loss")


@pytest.mark.parametrize("losses", [[], [np.nan], [np.inf, 1.0], np.ones(500)])
def test_odd_losses_are_drawn_without_a_complaint(losses):
    ax = plots.plot_losses(losses)
    assert plots.to_html(ax.figure, "x").startswith("<figure")


def test_curves_on_the_same_axes_differ_in_more_than_colour():
    ax = plots.plot_losses([1.0, 2.0], label="a")
    plots.plot_losses([2.0, 1.0], ax=ax, label="b")
    one, other = ax.lines
    for look in ("get_color", "get_marker", "get_linestyle"):
        assert getattr(one, look)() != getattr(other, look)()
    assert "Loss of a" in plots.alt_text(ax.figure)
    assert "Loss of b" in plots.alt_text(ax.figure)


def test_a_boundary_is_drawn_and_described(points):
    ax = plots.plot_decision_boundary(classify, *points, title="A line")
    assert plots.alt_text(ax.figure) == (
        "A line: 4 points of two classes and the line where the probability is one half; "
        "100% of the points lie on the side of their class."
    )
    markers = {
        tuple(map(tuple, path.vertices)) for c in ax.collections for path in c.get_paths() if c.get_offsets().size
    }
    assert len(markers) >= 2


def test_a_classifier_that_returns_too_much_is_told(points):
    with pytest.raises(ValueError, match=r"Expected 22500, one for each point\. Got shape \(22500, 2\)"):
        plots.plot_decision_boundary(lambda p: p, *points)


def test_images_share_a_scale_when_signed():
    axes = plots.plot_images(np.random.default_rng(0).normal(size=(7, 4, 3)), titles=range(7), columns=3, signed=True)
    assert len(axes) == 7
    limits = {ax.images[0].get_clim() for ax in axes}
    assert len(limits) == 1
    assert plots.alt_text(axes[0].figure) == (
        "7 weight images, red above zero and blue below, 4 by 3 pixels, titled 0, 1, 2, 3, 4, 5, 6."
    )


def test_flat_images_are_told():
    with pytest.raises(ValueError, match=r"Expected shape \(K, H, W\)\. Got \(5, 64\)"):
        plots.plot_images(np.zeros((5, 64)))


def test_a_confusion_names_the_most_frequent_mistake():
    ax = plots.plot_confusion(np.array([[5, 2], [0, 3]]))
    assert plots.alt_text(ax.figure) == (
        "Confusion matrix of 2 classes: 80.0% of 10 examples are on the diagonal. "
        "Most frequent mistake: 0 taken for 1, 2 times."
    )
    assert "Most frequent" not in plots.alt_text(plots.plot_confusion(np.eye(3)).figure)


def test_alternative_text_may_be_given_or_falls_back_to_labels():
    ax = plots.plot_losses([1.0], alt="My words.")
    assert plots.alt_text(ax.figure) == "My words."
    ax = plots.panels()[0]
    ax.set(title="Title", xlabel="x")
    assert plots.alt_text(ax.figure) == "Title, x"
    plots.describe(ax, "A line.")
    assert plots.alt_text(ax.figure) == "Title: A line."
    assert plots.alt_text(plots.panels()[0].figure) == "A figure without a description."


def test_show_prints_the_text_outside_notebooks(capsys):
    plots.show(plots.plot_losses([1.0, 0.5]))
    assert capsys.readouterr().out == "Figure: Loss: from 1 to 0.5 in 2 epochs, lowest 0.5 in epoch 2.\n"


def test_show_sends_one_picture_with_escaped_alternative_text(shell):
    axes = plots.panels(2)
    plots.plot_losses([1.0, 0.5], ax=axes[0])
    with capture_output() as captured:
        plots.show(axes, alt='a "quoted" <b>')
    (shown,) = captured.outputs
    assert re.match(
        r'<figure style="[^"]*"><img alt="a &quot;quoted&quot; &lt;b&gt;" width="\d+" style="[^"]*" '
        r'src="data:image/png;base64,iVBOR',
        shown.data["text/html"],
    )
    assert shown.data["text/plain"] == 'Figure: a "quoted" <b>'


def test_no_figure_is_left_open(points):
    import matplotlib.pyplot as plt

    plots.plot_decision_boundary(classify, *points)
    plots.plot_losses([1.0])
    assert plt.get_fignums() == []
    figure, ax = plt.subplots()
    plots.plot_losses([1.0], ax=ax)
    plots.show(figure)
    assert plt.get_fignums() == []


def test_colours_are_those_of_okabe_and_ito():
    assert len(set(plots.COLOURS)) == len(plots.MARKERS) == 8
    assert plots.COLOURS[:3] == ("#0072B2", "#D55E00", "#009E73")
    assert "matplotlib" in sys.modules
