"""Codes, maps and planes are drawn from data and described as drawn."""

import numpy as np
import pytest

from dnnkit import plots


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def test_shadows_say_how_far_the_points_are_from_each_line():
    X = np.array([[0.0, 1.0], [2.0, 1.0], [4.0, 1.0], [2.0, 3.0], [2.0, -1.0]])
    axes = plots.plot_shadows(X, [0, 90])
    assert len(axes) == 2
    assert "line at 0 degrees; mean squared distance 1.60" in plots.alt_text(axes[0].figure)
    feet = axes[0].lines[-1].get_xydata()
    np.testing.assert_allclose(feet, [[0, 1], [2, 1], [4, 1], [2, 1], [2, 1]])


def test_rebuilt_pictures_stand_below_their_codes(rng):
    pictures, codes = rng.random((3, 4, 5)), rng.normal(size=(3, 2))
    axes = plots.plot_rebuilt(pictures, codes, pictures + 0.5)
    assert len(axes) == 9
    assert [bar.get_height() for bar in axes[4].patches] == codes[1].tolist()
    assert "3 pictures, their codes of 2 numbers" in plots.alt_text(axes[0].figure)
    assert "mean squared error 5.00" in plots.alt_text(axes[0].figure)


def test_a_map_names_every_class_and_says_how_far_codes_reach(rng):
    codes, classes = np.array([[0.0, 1.0], [2.0, -3.0], [1.0, 0.0]]), [4, 9, 9]
    ax = plots.plot_map(codes, classes, title="Two numbers")
    assert [text.get_text() for text in ax.texts] == ["4", "9"]
    expected = "Two numbers: Map of 3 codes of 2 classes; the numbers run 0 to 2 and -3 to 1."
    assert plots.alt_text(ax.figure) == expected
    assert plots.plot_map(rng.normal(size=(40, 2)), np.arange(40) % 12).get_xlabel() == "first number of the code"


def test_a_plane_puts_each_picture_where_its_code_lies(rng):
    pictures = rng.random((2, 3, 4, 5))
    ax = plots.plot_plane(pictures, reach=1.5)
    whole = np.asarray(ax.images[0].get_array())
    assert whole.shape == (2 * (4 + 2), 3 * (5 + 2))  # with a gap of one pixel around each
    np.testing.assert_allclose(whole[7:11, 15:20], pictures[1, 2])
    assert "6 pictures, decoded from a grid of codes from -1.5 to 1.5." in plots.alt_text(ax.figure)
