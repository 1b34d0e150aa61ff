"""Samples stand on the field of a judge's beliefs, and the text says where they are and what is believed of them."""

import numpy as np

from dnnkit import plots


def test_every_moment_has_its_panel_field_and_samples():
    rng = np.random.default_rng(0)
    real, samples = rng.normal(size=(30, 2)), [rng.normal(size=(20, 2)), np.full((10, 2), 0.5)]
    beliefs = [lambda points: np.where(points[:, 0] > 0, 1.0, 0.0), lambda points: np.full(len(points), 0.25)]
    axes = plots.plot_fields(samples, real, beliefs, titles=["before", "after"], reach=2.0)
    assert [ax.get_title() for ax in axes] == ["before", "after"]
    field = np.asarray(axes[0].images[0].get_array())
    assert (field[:, -1].min(), field[:, 0].max()) == (1.0, 0.0)  # believed at the right only
    np.testing.assert_allclose(axes[1].lines[0].get_xydata(), real)
    np.testing.assert_allclose(axes[1].lines[1].get_xydata(), samples[1])
    description = plots.alt_text(axes[0].figure)
    assert "10 points that were made, 100% inside, around (0.5, 0.5)" in description
    assert "the judge takes them for real with probability 0.25, all places with 0.25." in description


def test_a_text_of_the_author_takes_the_place_of_the_computed_one():
    points = np.zeros((1, 2))
    axes = plots.plot_fields([points], points, [lambda places: places[:, 0]], titles=["now"], reach=1.0, alt="One.")
    assert plots.alt_text(axes[0].figure) == "now: One."
