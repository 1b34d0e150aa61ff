"""Gridworlds do what their drawings say: walls, ends, the cliff, slips and rewards."""

import numpy as np

from dnnkit import data


def test_steps_lead_where_the_drawing_says():
    world = data.make_gridworld(["S.G", "#.C"], {"G": 2.0, "C": -5.0}, step_reward=-1.0)
    assert (world.shape, world.start, world.terminals) == ((2, 3), 0, frozenset({2}))
    assert world.marks == {0: "S", 2: "G", 3: "#", 5: "C"}
    reached = world.P.argmax(axis=2)
    np.testing.assert_array_equal(world.P.max(axis=2), 1.0)
    assert list(reached[0]) == [0, 1, 0, 0]  # out of the world and into the wall lead nowhere
    assert list(reached[1]) == [1, 2, 4, 0]
    assert list(reached[4]) == [1, 0, 4, 4]  # to the right is the cliff: back to the start
    assert list(world.R[1]) == [-1.0, 2.0, -1.0, -1.0]
    assert list(world.R[4]) == [-1.0, -5.0, -1.0, -1.0]
    assert list(reached[2]) == [2] * 4
    assert not world.R[2].any()


def test_a_slip_goes_to_the_left_or_to_the_right():
    world = data.make_gridworld(["...", ".S.", "..G"], {"G": 1.0}, slip=0.1)
    np.testing.assert_allclose(world.P.sum(axis=2), 1.0)
    np.testing.assert_allclose(world.P[4, 0, [1, 5, 3]], [0.8, 0.1, 0.1])
    np.testing.assert_allclose(world.R[5], [0.0, 0.1, 0.8, 0.1])
    assert world.R[7, 1] == 0.8
