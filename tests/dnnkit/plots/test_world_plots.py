"""Gridworlds show their values, arrows and paths, carts lean as their poles do, and the texts say what is drawn."""

import numpy as np

from dnnkit import plots


def test_every_moment_has_its_values_arrows_and_path():
    values = [np.zeros(6), np.array([0.5, 1.0, 0.0, 0.25, 0.0, 0.0])]
    axes = plots.plot_gridworlds(
        values,
        (2, 3),
        titles=["before", "after"],
        marks={0: "S", 2: "G", 4: "#"},
        policies=[None, np.array([1, 1, 0, 0, 0, 0])],
        paths=[None, [0, 1, 2]],
    )
    assert [ax.get_title() for ax in axes] == ["before", "after"]
    np.testing.assert_allclose(np.asarray(axes[1].images[0].get_array()), values[1].reshape(2, 3))
    words = [text.get_text() for text in axes[1].texts]
    assert words.count("\u2192") == 2
    assert "1.00" in words
    assert "G" in words
    np.testing.assert_allclose(axes[1].lines[0].get_xydata(), [[0, 0], [1, 0], [2, 0]])
    description = plots.alt_text(axes[0].figure)
    assert "before: 2 by 3 places, values 0 to 0, 0 of 5 not zero." in description
    assert "3 of 5 not zero; the arrow at the start points right; a path of 2 steps, up to row 1 of 2" in description


def test_carts_stand_where_they_are_and_poles_lean():
    axes = plots.plot_carts([[0.0, 0, 0, 0], [1.5, 0, np.pi / 6, 0]], titles=["first", "last"])
    (upright, leaning) = (ax.lines[1].get_xydata() for ax in axes)
    assert np.ptp(upright[:, 0]) == 0.0
    assert leaning[1, 0] > leaning[0, 0] == 1.5
    assert "last: the cart at 1.50 m, the pole at 30 degrees from upright." in plots.alt_text(axes[0].figure)


def test_a_text_of_the_author_takes_the_place_of_the_computed_one():
    axes = plots.plot_gridworlds([np.zeros(1)], (1, 1), titles=["now"], alt="One.")
    assert plots.alt_text(axes[0].figure) == "now: One."
    assert plots.alt_text(plots.plot_carts([np.zeros(4)], titles=["now"], alt="One.")[0].figure) == "now: One."
