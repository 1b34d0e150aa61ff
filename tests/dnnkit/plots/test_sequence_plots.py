"""Unrolled networks and strokes are drawn from data and described as drawn."""

import numpy as np
import pytest

from dnnkit import plots


@pytest.fixture
def states():
    return np.random.default_rng(0).uniform(-1, 1, size=(4, 6))


def test_an_unrolled_network_has_a_column_for_each_state_and_says_what_was_read(states):
    ax = plots.plot_unrolled(states, inputs=list("word"), title="A word")
    assert len(ax.images) == 4
    assert [image.get_array().shape for image in ax.images] == [(6, 1)] * 4
    np.testing.assert_allclose(np.asarray(ax.images[2].get_array())[:, 0], states[2, ::-1])
    text = plots.alt_text(ax.figure)
    assert text.startswith("A word: A network of 6 units, unrolled: 4 columns")
    assert "Inputs: w, o, r, d." in text


def test_gradients_are_drawn_wider_where_they_are_larger(states):
    ax = plots.plot_unrolled(states, steps=[0, 10, 20, 30], gradients=[1e-6, 1e-4, 1e-2, 1.0])
    arrows = [text.arrow_patch for text in ax.texts if getattr(text, "arrow_patch", None) is not None]
    back = [arrow.get_linewidth() for arrow in arrows if arrow.get_edgecolor()[0] > 0.6]
    assert len(back) == 3
    assert back[0] <= back[1] < back[2]
    assert "1e-06 at step 0, 0.0001 at step 10, 0.01 at step 20, 1 at step 30" in plots.alt_text(ax.figure)


@pytest.mark.parametrize("gradients", [[0.0, 0.0, 0.0, 0.0], [1e-300, 0.0, 1e300, 1.0]])
def test_odd_gradients_are_drawn_without_a_complaint(states, gradients):
    assert plots.alt_text(plots.plot_unrolled(states, gradients=gradients).figure)


def test_one_state_alone_is_a_network_of_one_step():
    assert len(plots.plot_unrolled(np.zeros(3)).images) == 1


@pytest.mark.parametrize("name", ["inputs", "steps", "gradients"])
def test_too_few_of_something_are_told(states, name):
    with pytest.raises(ValueError, match=rf"plot_unrolled got 3 {name}\. Expected 4, one for each row of states"):
        plots.plot_unrolled(states, **{name: [1, 2, 3]})


def test_strokes_are_paths_in_two_colours_over_what_is_true():
    steps = np.random.default_rng(1).normal(size=(3, 20, 2))
    axes = plots.plot_strokes(steps, given=5, truth=steps, titles=["a", "b", "c"])
    assert len(axes) == 3
    truth, drawn, given = axes[1].lines
    np.testing.assert_allclose(truth.get_xydata()[1:], np.cumsum(steps[1], axis=0))
    assert len(given.get_xydata()) == 6
    np.testing.assert_allclose(given.get_xydata()[-1], drawn.get_xydata()[0])
    text = plots.alt_text(axes[0].figure)
    assert text == (
        "3 strokes of a pen; the first 5 steps of each, in black, were given, the others are blue; in grey what they "
        "should be; titled a, b, c."
    )


@pytest.mark.parametrize(("kind", "gates"), [("lstm", ["forget", "input", "output"]), ("gru", ["forget", "reset"])])
def test_a_step_with_gates_names_each_gate_in_the_picture_and_in_its_description(kind, gates):
    ax = plots.plot_gates(kind)
    drawn, description = " ".join(text.get_text() for text in ax.texts), plots.alt_text(ax.figure)
    for gate in (*gates, "candidate"):
        assert gate in drawn
        assert gate in description


def test_an_unknown_kind_of_gates_is_told():
    with pytest.raises(ValueError, match=r"plot_gates cannot draw 'LSTM'\. Expected one of \['gru', 'lstm'\]"):
        plots.plot_gates("LSTM")
