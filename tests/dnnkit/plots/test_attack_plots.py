"""What changes of a picture can do is drawn as it is, and the text says it in numbers."""

import numpy as np

from dnnkit import plots


def test_each_pixel_has_its_bar_and_both_panels_share_a_scale():
    reaches = {"free": ([-0.4, -0.1], [0.4, 0.1]), "held": ([-0.2, 0.0], [0.4, 0.1])}
    axes = plots.plot_reach(reaches, labels=["first", "second"], xlabel="what it can do")
    assert [ax.get_title() for ax in axes] == ["free", "held"]
    ends = [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in axes[1].patches]
    np.testing.assert_allclose(ends, [(-0.2, 0.4), (0.0, 0.1)])
    assert axes[0].get_xlim() == axes[1].get_xlim()
    legend = [text.get_text() for text in axes[1].get_legend().get_texts()]
    assert sorted(legend) == ["the lower end", "what it can do"]
    description = plots.alt_text(axes[0].figure)
    assert "first: from -0.2 to 0.4; second: from 0 to 0.1. The lower ends add up to -0.2." in description
    assert "The lower ends add up to -0.5." in description


def test_a_walk_is_pulled_back_where_it_leaves_the_box():
    first = np.array([0.3, 0.9])
    path = [first, first + 0.05, first + 0.05, [0.6, 1.1], [0.5, 1.0]]
    ax = plots.plot_projection(path, first, 0.2)
    assert [arrow.arrowprops["color"] for arrow in ax.texts] == [plots.COLOURS[0], plots.COLOURS[0], plots.COLOURS[1]]
    box = ax.patches[1]
    np.testing.assert_allclose([*box.get_xy(), box.get_width(), box.get_height()], [0.1, 0.7, 0.4, 0.3])
    description = plots.alt_text(ax.figure)
    assert "a box from 0.1 to 0.5 and from 0.7 to 1. Of 2 steps, 1 leave it and are pulled back" in description
