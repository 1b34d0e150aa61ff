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


def test_the_legend_of_a_boundary_covers_no_point(points):
    X = np.array([[np.cos(t), np.sin(t)] for t in np.linspace(0, 6.2, 60)])
    ax = plots.plot_decision_boundary(classify, X, X[:, 0] > 0)
    ax.figure.canvas.draw()
    legend = ax.get_legend().get_window_extent()
    assert legend.y1 < ax.xaxis.label.get_window_extent().y0
    assert legend.y0 >= ax.figure.bbox.y0


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
    with pytest.raises(ValueError, match=r"Expected shape \(K, H, W\), .*\. Got \(5, 64\)\. Is a reshape"):
        plots.plot_images(np.zeros((5, 64)))


@pytest.mark.parametrize(
    ("shape", "text"),
    [
        ((2, 4, 3), "2 grey images, 4 by 3 pixels."),
        ((2, 4, 5, 1), "2 grey images, 4 by 5 pixels."),
        ((2, 4, 5, 3), "2 colour images, 4 by 5 pixels."),
        ((1, 3, 3, 3), "1 colour image, 3 by 3 pixels."),
    ],
)
def test_grey_and_colour_images_are_drawn_and_described(shape, text):
    images = np.random.default_rng(0).uniform(size=shape)
    axes = plots.plot_images(images)
    assert len(axes) == shape[0]
    drawn = np.asarray(axes[0].images[0].get_array())
    assert np.array_equal(drawn, images[0, ..., 0] if shape[-1] == 1 else images[0])
    assert plots.alt_text(axes[0].figure) == text


def test_colours_out_of_range_are_cut_and_whole_numbers_are_scaled():
    axes = plots.plot_images(np.array([[[[-1.0, 0.5, 2.0]]]]))
    assert np.asarray(axes[0].images[0].get_array()).tolist() == [[[0.0, 0.5, 1.0]]]
    axes = plots.plot_images(np.array([[[[0, 51, 255]]]], dtype=np.uint8))
    assert np.asarray(axes[0].images[0].get_array()).tolist() == [[[0.0, 0.2, 1.0]]]


def test_colour_weights_have_zero_in_the_middle():
    axes = plots.plot_images(np.array([[[[-2.0, 0.0, 2.0]]], [[[1.0, 0.0, -1.0]]]]), signed=True)
    assert [np.asarray(ax.images[0].get_array()).ravel().tolist() for ax in axes] == [
        [0.0, 0.5, 1.0],
        [0.75, 0.5, 0.25],
    ]
    assert plots.alt_text(axes[0].figure) == "2 weight images, zero is middle grey, 1 by 1 pixels."
    plots.to_html(plots.plot_images(np.zeros((2, 3, 3)), signed=True)[0].figure, "x")


@pytest.mark.parametrize(
    ("shape", "cure"),
    [((2, 3, 8, 8), "Are the channels first"), ((0, 8, 8, 3), "No image left"), ((0, 8, 8), "No image left")],
)
def test_other_stacks_are_told(shape, cure):
    with pytest.raises(ValueError, match=cure):
        plots.plot_images(np.zeros(shape))


def test_a_confusion_names_the_most_frequent_mistake():
    ax = plots.plot_confusion(np.array([[5, 2], [0, 3]]))
    assert plots.alt_text(ax.figure) == (
        "Confusion matrix of 2 classes: 80.0% of 10 examples are on the diagonal. "
        "Most frequent mistake: 0 taken for 1, 2 times."
    )
    assert "Most frequent" not in plots.alt_text(plots.plot_confusion(np.eye(3)).figure)


@pytest.mark.parametrize(
    ("counts", "description"),
    [
        ([[5, 2, 0], [0, 3, 2], [1, 0, 4]], "Most frequent mistakes: 0 taken for 1, 1 taken for 2, 2 times each."),
        ([[5, 1], [0, 3]], "Most frequent mistake: 0 taken for 1, once."),
        (np.ones((3, 3), int), "mistakes: 0 taken for 1, 0 taken for 2, 1 taken for 0 and 3 more, once each."),
    ],
)
def test_a_confusion_names_all_mistakes_that_are_equally_frequent(counts, description):
    assert plots.alt_text(plots.plot_confusion(np.array(counts)).figure).endswith(description)


def test_a_white_picture_has_an_edge():
    axes = plots.plot_images(np.zeros((4, 3, 3)), columns=3)
    assert all(ax.axison and not len(ax.get_xticks()) for ax in axes)
    assert sum(ax.axison for ax in axes[0].figure.axes) == 4


def test_a_colour_bar_adds_nothing_to_the_alternative_text():
    ax = plots.panels()[0]
    ax.figure.colorbar(ax.contourf(np.arange(9.0).reshape(3, 3)), ax=ax, label="score")
    plots.describe(ax, "A plane.")
    assert plots.alt_text(ax.figure) == "A plane."


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


def test_curves_are_drawn_and_described():
    ax = plots.plot_curves([0, 1, 2], {"Adam": [3, 1, 2], "SGD": [3, 4, 3.5]}, xlabel="epoch", ylabel="loss", title="T")
    assert plots.alt_text(ax.figure) == (
        "T: loss over epoch. Adam: from 3 to 2, lowest 1 at epoch 1. SGD: from 3 to 3.5, highest 4 at epoch 1."
    )
    assert (ax.get_title(), ax.get_xlabel(), ax.get_ylabel()) == ("T", "epoch", "loss")
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["SGD", "Adam"]
    assert plots.alt_text(plots.plot_curves([1], {"a": [1]}, xlabel="x", ylabel="y", alt="Mine.").figure) == "Mine."


def looks(ax):
    return [(line.get_color(), line.get_marker(), line._unscaled_dash_pattern) for line in ax.lines]


def test_eight_curves_differ_in_colour_and_in_marker_and_in_dashes():
    x = np.arange(30)
    ax = plots.plot_curves(x, {k: x * k for k in range(8)}, xlabel="x", ylabel="y")
    for different in zip(*looks(ax), strict=True):
        assert len(set(map(str, different))) == 8
    with pytest.raises(ValueError, match=r"Expected 1 to 8\. Got 9\. Do they fit in two figures\?"):
        plots.plot_curves(x, dict.fromkeys(range(9), x), xlabel="x", ylabel="y")
    with pytest.raises(ValueError, match=r"Expected 1 to 8\. Got 0"):
        plots.plot_curves(x, {}, xlabel="x", ylabel="y")


def contrast_with_white(colour):
    channels = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return 1.05 / (linear @ [0.2126, 0.7152, 0.0722] + 0.05)


def test_curves_stand_out_from_white():
    ax = plots.plot_curves([1], {k: [k] for k in range(8)}, xlabel="x", ylabel="y")
    assert min(contrast_with_white(colour) for colour, *_ in looks(ax)) >= 3.0  # WCAG 2.2, 1.4.11


def test_curves_added_later_look_different_and_the_legend_grows():
    ax = plots.plot_curves([0, 1], {"a": [1, 2]}, xlabel="x", ylabel="y")
    plots.plot_curves([0, 2], {"b": [2, 3]}, xlabel="x", ylabel="y", ax=ax)
    assert len(set(map(str, looks(ax)))) == 2
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["b", "a"]
    assert "a: from 1 to 2." in plots.alt_text(ax.figure)
    assert "b: from 2 to 3." in plots.alt_text(ax.figure)


@pytest.mark.parametrize("many", [2, 8])
def test_the_legend_of_curves_covers_no_line_and_is_not_cut(many):
    x = np.linspace(0, 1, 50)
    ax = plots.plot_curves(x, {f"a long name {k}": x**k for k in range(many)}, xlabel="x", ylabel="y")
    ax.figure.canvas.draw()
    legend = ax.get_legend().get_window_extent()
    assert legend.x0 > ax.get_window_extent().x1
    assert legend.x1 <= ax.figure.bbox.x1


@pytest.mark.parametrize(
    ("log", "scales", "description"),
    [
        (False, ("linear", "linear"), "loss over rate."),
        (True, ("linear", "log"), "loss over rate, y on a logarithmic scale."),
        ("x", ("log", "linear"), "loss over rate, x on a logarithmic scale."),
        ("y", ("linear", "log"), "loss over rate, y on a logarithmic scale."),
        ("both", ("log", "log"), "loss over rate, both on logarithmic scales."),
    ],
)
def test_curves_on_logarithmic_scales(log, scales, description):
    ax = plots.plot_curves([0.1, 1.0, 10.0], {"a": [1, 10, 100]}, xlabel="rate", ylabel="loss", log=log)
    assert (ax.get_xscale(), ax.get_yscale()) == scales
    assert plots.alt_text(ax.figure).startswith(description)
    assert plots.to_html(ax.figure, "x").startswith("<figure")


def test_few_whole_numbers_on_a_logarithmic_scale_are_named():
    ax = plots.plot_curves([16, 64, 1024], {"a": [1, 2, 3]}, xlabel="neurons", ylabel="loss", log="x")
    assert [label.get_text() for label in ax.get_xticklabels()] == ["16", "64", "1,024"]
    assert not len(ax.get_xticks(minor=True))


@pytest.mark.parametrize("values", [[np.nan] * 3, [1.0, np.inf, np.nan], [0.0, 0.0, 0.0], [-1.0, 1e300, 1.0]])
@pytest.mark.parametrize("log", [False, "y"])
def test_odd_curves_are_drawn_without_a_complaint(values, log):
    ax = plots.plot_curves([1, 2, 3], {"odd": values}, xlabel="x", ylabel="y", log=log)
    assert plots.to_html(ax.figure, "x").startswith("<figure")


def test_what_is_missing_in_a_curve_is_said():
    ax = plots.plot_curves([1, 2, 3], {"a": [1, np.nan, 2], "b": [np.inf] * 3}, xlabel="x", ylabel="y")
    assert "a: from 1 to 2, 1 of 3 values are not finite. b: no finite values." in plots.alt_text(ax.figure)


def test_curves_of_another_length_and_unknown_scales_are_told():
    with pytest.raises(ValueError, match=r"Expected 3 values, one for each x\. Got 4 for 'a'\. Does x count"):
        plots.plot_curves([1, 2, 3], {"a": [1, 2, 3, 4]}, xlabel="x", ylabel="y")
    with pytest.raises(ValueError, match="Got 'z'"):
        plots.plot_curves([1], {"a": [1]}, xlabel="x", ylabel="y", log="z")


def test_histograms_are_drawn_and_described():
    axes = plots.plot_histograms({"one": [[0.0, 1.0]], "two": [3.0, 5.0, 4.0]}, bins=5, title="T", xlabel="activation")
    assert plots.alt_text(axes[0].figure) == (
        "T: histograms of activation in 2 layers, all from 0 to 5. one: mean 0.5, sd 0.5. two: mean 4, sd 0.816."
    )
    assert [ax.get_xlim() for ax in axes] == [(0.0, 5.0)] * 2
    assert [bar.get_height() for bar in axes[0].patches] == [1.0, 1.0, 0.0, 0.0, 0.0]
    assert axes[0].get_title() == "one\nmean 0.5, sd 0.5"
    axes = plots.plot_histograms({"one": [0.0, 1.0], "two": [3.0, 5.0]}, share=False, alt="Mine.")
    assert [ax.get_xlim() for ax in axes] == [(0.0, 1.0), (3.0, 5.0)]
    assert plots.alt_text(axes[0].figure) == "Mine."


@pytest.mark.parametrize("many", [1, 5, 6, 7, 11])
def test_each_layer_has_its_panel_and_each_column_its_label(many):
    axes = plots.plot_histograms({k: np.arange(4.0) for k in range(many)}, xlabel="weight")
    assert len(axes) == many
    figure = axes[0].figure
    columns = axes[0].get_gridspec().ncols
    assert columns <= 5
    assert sum(ax.get_xlabel() == "weight" for ax in figure.axes) == min(columns, many)
    assert sum(ax.axison for ax in figure.axes) == many


@pytest.mark.parametrize("share", [True, False])
@pytest.mark.parametrize("values", [[0.0, 0.0], [np.nan, np.inf], [], [1.0, np.nan], [1e-320, 0.0], [1e300, -1e300]])
def test_odd_layers_are_drawn_without_a_complaint(values, share):
    axes = plots.plot_histograms({"odd": values, "even": [1.0, 2.0]}, share=share)
    assert plots.to_html(axes[0].figure, "x").startswith("<figure")


def test_what_is_missing_in_a_histogram_is_said():
    axes = plots.plot_histograms({"a": [1.0, np.nan, 3.0], "b": [np.inf]})
    assert "a: mean 2, sd 1, 1 not finite. b: no finite values, 1 not finite." in plots.alt_text(axes[0].figure)
    with pytest.raises(ValueError, match="Got an empty one"):
        plots.plot_histograms({})


def test_the_facade_is_sorted_and_complete():
    assert plots.__all__ == sorted(plots.__all__)
    assert all(hasattr(plots, name) for name in plots.__all__)
