"""Known wrong answers of lesson 13, each with the hint that its maker deserves.

Each function may use NumPy as `np` and the lesson's own functions, which are there when it runs. An `edit` is the
reference with a few texts replaced.
"""

import numpy as np

from grading.lessons.checking import edit, hint

EQUIVALENT = {
    "fgsm": {
        "nothing of...": "no size is 0",
        "beyond 5 counts as 5 of...": "pixels lie between 0 and 1",
        "negative counts as 0 of X": "pixels lie between 0 and 1",
        "wrong for a wide row of X": "pixels lie between 0 and 1",
        "wrong beyond 10,000 of X": "pixels lie between 0 and 1",
        "sign dropped of...": "budgets, and sizes of steps, are not negative",
        "cut to 0 to 1 of...": "budgets, and sizes of steps, are at most 1",
        "capped at...": "pixels lie between 0 and 1",
        "tiny results are 0": "less than pixels are compared to",
        "reference: arguments swapped: np.clip(X + epsilon...": "the middle one of three numbers",
        "picture_by_picture: function: np.zeros(X.shape)...": "every picture is written over",
        "picture_by_picture: upper bound left out...": "only the first row is used",
        "picture_by_picture: off by one...": "only the first row is used",
        "picture_by_picture: constant: 1 -> 2 in n + 1...": "only the first row is used",
        "picture_by_picture: constant: 0 -> -1 in gradient...": "the only row is the first and the last",
        "three_cases: call left out...": "what is left is an array of floats already",
    },
    "linear_worst_loss": {
        "nothing of...": "no size is 0",
        "sign dropped of epsilon": "budgets are not negative",
        "cut to 0 to 1 of epsilon": "budgets are at most 1",
        "reference: call left out: np.asarray(y)...": "y is an array",
        "two_branches: arguments swapped: np.clip(X...": "the middle one of three numbers",
        "two_branches: operator: epsilon * s[:, None]...": "a sign is its own inverse",
        "loops: comparison: z > 0 -> z >= 0...": "both forms agree at 0",
        "loops: constant: 0 -> 1 in z > 0": "both forms are exact near 0",
        "loops: constant: 0 -> -1 in z > 0": "both forms are exact near 0",
        "loops: constant: 1 -> -1 in ends[1]": "the last one of two",
    },
    "targeted_fgsm": {
        "nothing of...": "no size is 0",
        "beyond 5 counts as 5 of...": "pixels lie between 0 and 1",
        "negative counts as 0 of X": "pixels lie between 0 and 1",
        "wrong for a wide row of X": "pixels lie between 0 and 1",
        "wrong beyond 10,000 of X": "pixels lie between 0 and 1",
        "sign dropped of...": "budgets, and sizes of steps, are not negative",
        "cut to 0 to 1 of...": "budgets, and sizes of steps, are at most 1",
        "capped at...": "pixels lie between 0 and 1",
        "tiny results are 0": "less than pixels are compared to",
        "reference: arguments swapped: np.clip(X - epsilon...": "the middle one of three numbers",
        "picture_by_picture: constant: 0 -> -1 in gradient...": "the only row is the first and the last",
        "picture_by_picture: arguments swapped: np.clip(...": "the middle one of three numbers",
        "picture_by_picture: call left out: np.stack(moved) -> moved": "np.clip takes a list of pictures",
    },
    "minimal_epsilon": {
        "nothing of...": "no size is 0",
        "beyond 5 counts as 5 of X": "pixels lie between 0 and 1",
        "negative counts as 0 of X": "pixels lie between 0 and 1",
        "wrong for a wide row of X": "pixels lie between 0 and 1",
        "wrong beyond 10,000 of X": "pixels lie between 0 and 1",
        "tiny results are 0": "after 30 halvings, what is left is about one billionth",
        "picture_by_picture: constant: 7.0...": "every number is written over",
        "reference: constant: 1 -> 2 in -1": "NumPy's reshape takes any negative number for the missing one",
        "reference: arguments swapped: np.clip(moved...": "the middle one of three numbers",
        "picture_by_picture: arguments swapped: np.clip(...": "the middle one of three numbers",
        "picture_by_picture: upper bound left out...": "only the first row is used",
        "picture_by_picture: off by one...": "only the first row is used",
        "picture_by_picture: constant: 1 -> 2 in n + 1...": "only the first row is used",
        "picture_by_picture: constant: 0 -> -1 in predict...": "the only row is the first and the last",
        "steps_back: arguments swapped: np.clip(X, 0, 1)...": "the middle one of three numbers",
        "steps_back: call left out: np.clip(X, 0, 1) -> X": "pixels lie between 0 and 1",
        "steps_back: constant: 0 -> -1 in np.clip(X, 0, 1)": "pixels lie between 0 and 1",
        "steps_back: constant: 1 -> 2 in np.clip(X, 0, 1)": "pixels lie between 0 and 1",
    },
    "robust_accuracy": {
        "nothing of...": "no size is 0, but for the list of attacks",
        "capped at...": "a share is at most 1",
        "small results are 0": "no share of so few pictures is as small",
        "tiny results are 0": "as above",
    },
    "project_linf": {
        "nothing of...": "no size is 0",
        "beyond 5 counts as 5 of...": "pixels of X0 lie between 0 and 1, and so do the nearest ones",
        "negative counts as 0 of...": "as above",
        "wrong for a wide row of X0": "pixels lie between 0 and 1",
        "wrong beyond 10,000 of X0": "pixels lie between 0 and 1",
        "sign dropped of epsilon": "budgets are not negative",
        "cut to 0 to 1 of epsilon": "budgets are at most 1",
        "capped at...": "pixels lie between 0 and 1",
        "tiny results are 0": "less than pixels are compared to",
        "reference: arguments swapped...": "the middle one of three numbers",
        "change: arguments swapped...": "the middle one of three numbers",
    },
    "pgd": {
        "nothing of...": "no size is 0",
        "beyond 5 counts as 5 of...": "pixels lie between 0 and 1",
        "negative counts as 0 of X": "pixels lie between 0 and 1",
        "wrong for a wide row of X": "pixels lie between 0 and 1",
        "wrong beyond 10,000 of X": "pixels lie between 0 and 1",
        "sign dropped of...": "budgets, and sizes of steps, are not negative",
        "cut to 0 to 1 of...": "budgets, and sizes of steps, are at most 1",
        "capped at...": "pixels lie between 0 and 1",
        "reference: operator: X + rng.uniform(-epsilon...": "the distribution is symmetric",
        "change_is_kept: arguments swapped...": "the middle one of three numbers",
        "change_is_kept: swap: 2 * rng.random(X.shape) - 1...": "the distribution is symmetric",
        "with_fgsm: arguments swapped: np.clip(...": "the middle one of three numbers",
        "with_fgsm: operator: X + epsilon * rng.uniform...": "the distribution is symmetric",
    },
    "iterated_fgsm_broken": {
        "nothing of...": "no size is 0",
        "beyond 5 counts as 5 of...": "pixels lie between 0 and 1",
        "negative counts as 0 of X": "pixels lie between 0 and 1",
        "wrong for a wide row of X": "pixels lie between 0 and 1",
        "wrong beyond 10,000 of X": "pixels lie between 0 and 1",
        "sign dropped of...": "budgets, and sizes of steps, are not negative",
        "cut to 0 to 1 of...": "budgets, and sizes of steps, are at most 1",
        "capped at...": "pixels lie between 0 and 1",
        "tiny results are 0": "less than pixels are compared to",
        "0 counts as of 1.0 num_steps": "there is at least one step",
        "reference: arguments swapped: np.clip(moved...": "the middle one of three numbers",
        "nested_clip: without dtype: np.array(X, dtype=float)...": "the first step makes floats",
        "nested_clip: call left out: np.array(X, dtype=float)...": "the first step makes floats, in a new array",
    },
}

# fgsm

edit("fgsm__no_return", {"return np.clip": "np.clip"}, hint="The function returns None. Is the return missing?")
edit(
    "fgsm__minus",
    {"X + epsilon": "X - epsilon"},
    hint="The pixels go the wrong way, so the loss shrinks. Move in the direction of the slopes.",
)
edit(
    "fgsm__no_clip",
    {"np.clip(X + epsilon * np.sign(gradient(X, y)), 0.0, 1.0)": "X + epsilon * np.sign(gradient(X, y))"},
    hint="Some pixels are below 0 or above 1. Clip after the step, not before it.",
)
edit(
    "fgsm__clips_the_change",
    {
        "np.clip(X + epsilon * np.sign(gradient(X, y)), 0.0, 1.0)": (
            "X + np.clip(epsilon * np.sign(gradient(X, y)), 0.0, 1.0)"
        )
    },
    hint="The change is clipped, so no pixel can become darker. The changed picture is what has to be clipped.",
)
edit(
    "fgsm__no_sign",
    {"np.sign(gradient(X, y))": "gradient(X, y)"},
    hint="Each pixel moves by epsilon times its slope. Only the sign of the slope counts.",
)
edit(
    "fgsm__unit_length",
    {"np.sign(gradient(X, y))": "(lambda g: g / max(np.sqrt(np.sum(g**2)), 1e-300))(gradient(X, y))"},
    hint=(
        "The slopes were divided by their length. Under this budget each pixel moves by the whole epsilon: take signs."
    ),
)
edit(
    "fgsm__scaled_by_the_largest",
    {"np.sign(gradient(X, y))": "(lambda g: g / max(np.abs(g).max(), 1e-300))(gradient(X, y))"},
    hint="Only the pixel with the largest slope moves by epsilon. Every pixel does, however small its slope is.",
)
edit(
    "fgsm__clips_from_minus_one",
    {"0.0, 1.0)": "-1.0, 1.0)"},
    hint="Pixels may become negative: the range ends at 0, not at -1.",
)
edit(
    "fgsm__zero_slopes_move",
    {"np.sign(gradient(X, y))": "np.where(gradient(X, y) >= 0, 1.0, -1.0)"},
    hint="Pixels whose slope is 0 move, too. Their sign is 0, so they stay.",
)
edit(
    "fgsm__zero_slopes_go_down",
    {"np.sign(gradient(X, y))": "np.where(gradient(X, y) > 0, 1.0, -1.0)"},
    hint="Pixels whose slope is 0 go down, as if it were negative. Their sign is 0, so they stay.",
)
edit(
    "fgsm__divided_by_the_size",
    {"np.sign(gradient(X, y))": "(lambda g: g / (np.abs(g) + 1e-12))(gradient(X, y))"},
    hint="The slopes are divided by their size and a small number, so tiny ones lose their sign. np.sign keeps it.",
)
edit(
    "fgsm__threshold",
    {"np.sign(gradient(X, y))": "(lambda g: np.sign(g) * (np.abs(g) > 1e-4))(gradient(X, y))"},
    hint="Pixels with small slopes stay where they are. However small it is, a slope has a sign.",
)
edit(
    "fgsm__only_the_change",
    {"X + epsilon": "epsilon"},
    hint="The change came, without the picture. Add it to X.",
)
edit(
    "fgsm__multiplied",
    {"X + epsilon * np.sign(gradient(X, y))": "X * (1 + epsilon * np.sign(gradient(X, y)))"},
    hint="The change is a share of each pixel, so white paper stays white. Every pixel moves by epsilon itself.",
)
edit(
    "fgsm__same_for_all",
    {"np.sign(gradient(X, y))": "np.sign(gradient(X, y).mean(axis=0))"},
    hint="All pictures are changed by the same signs, those of mean slopes. Each picture has slopes of its own.",
)
edit(
    "fgsm__outside_stays",
    {
        "return np.clip(X + epsilon * np.sign(gradient(X, y)), 0.0, 1.0)": (
            "moved = X + epsilon * np.sign(gradient(X, y))\n    return np.where((moved < 0) | (moved > 1), X, moved)"
        )
    },
    hint="A pixel that would leave the range does not move at all. It moves as far as 0 and 1 allow.",
)
edit(
    "fgsm__rescaled",
    {
        "return np.clip(X + epsilon * np.sign(gradient(X, y)), 0.0, 1.0)": (
            "moved = X + epsilon * np.sign(gradient(X, y))\n"
            "    return (moved - moved.min()) / max(moved.max() - moved.min(), 1e-12)"
        )
    },
    hint="All pixels are shifted and stretched to fit between 0 and 1. Only those that leave the range are cut off.",
)
edit(
    "fgsm__slopes_centred",
    {"np.sign(gradient(X, y))": "(lambda g: np.sign(g - g.mean()))(gradient(X, y))"},
    hint="The mean was taken away from the slopes, which turns some of their signs round. Take the signs as they are.",
)


# linear_worst_loss

edit(
    "linear_worst_loss__no_return",
    {"return np.logaddexp": "np.logaddexp"},
    hint="The function returns None. Is the return missing?",
)
edit(
    "linear_worst_loss__best",
    {"np.minimum(pull * low": "np.maximum(pull * low"},
    hint="This is the smallest loss that a change can give. The largest is asked for: each pixel lowers the margin.",
)
edit(
    "linear_worst_loss__two_norm",
    {
        "worst = np.sum(np.minimum(pull * low, pull * high), axis=1)": (
            "worst = -np.sqrt(np.sum(np.minimum(pull * low, pull * high) ** 2, axis=1))"
        )
    },
    hint=(
        "The pixels' contributions are added as squares. Each pixel has the whole budget for itself: "
        "add them as they are."
    ),
)
edit(
    "linear_worst_loss__largest_weight",
    {"np.sum(np.minimum": "np.min(np.minimum"},
    hint="Only one pixel moves, the one with the largest effect. All of them may move.",
)
edit(
    "linear_worst_loss__weights_without_abs",
    {"worst = np.sum(np.minimum(pull * low, pull * high), axis=1)": "worst = np.sum(pull * low, axis=1)"},
    hint="All pixels go down. A pixel that lowers the margin by going up has to go up.",
)
edit(
    "linear_worst_loss__ends_for_label_one",
    {"np.minimum(pull * low, pull * high)": "signs[:, None] * 0 + np.minimum(w * low, w * high)"},
    hint=(
        "For label 1 all is right, but for label 0 the pixels move in the wrong direction. Which end lowers the margin "
        "is up to the label as well as to the weight."
    ),
)
edit(
    "linear_worst_loss__smaller_room",
    {
        "low, high = np.maximum(-epsilon, -X), np.minimum(epsilon, 1 - X)": (
            "high = np.minimum(epsilon, np.minimum(X, 1 - X))\n        low = -high"
        )
    },
    hint="A pixel near 0 may still go up, and one near 1 may still go down. Each direction has a limit of its own.",
)
edit(
    "linear_worst_loss__only_the_upper_limit",
    {"np.maximum(-epsilon, -X)": "-epsilon"},
    hint="Pixels end at 1, as they should, but they may go below 0. Which limit is missing?",
)
edit(
    "linear_worst_loss__exponent_cut",
    {
        "return np.logaddexp(0, -(signs * (X @ w + b) + worst))": (
            "exponent = np.clip(-(signs * (X @ w + b) + worst), -500, 500)\n    return np.log1p(np.exp(exponent))"
        )
    },
    hint="For very wrong pictures the loss stays at 500. np.logaddexp needs no limit against overflow.",
)
edit(
    "linear_worst_loss__label_ignored",
    {"np.where(np.asarray(y) == 1, 1.0, -1.0)": "np.ones(len(X))"},
    hint="Every example is treated as one with label 1. For label 0 the margin has the opposite sign.",
)
edit(
    "linear_worst_loss__labels_swapped",
    {"== 1, 1.0, -1.0)": "== 1, -1.0, 1.0)"},
    hint="The signs of the labels are exchanged: s is +1 for label 1 and -1 for label 0.",
)
edit(
    "linear_worst_loss__labels_as_signs",
    {"np.where(np.asarray(y) == 1, 1.0, -1.0)": "1.0 * np.asarray(y)"},
    hint="The labels 0 and 1 were used as signs. The sign of label 0 is -1.",
)
edit(
    "linear_worst_loss__box_ignored",
    {"    if box:": "    if False:"},
    hint="box plays no part. With box=True, each pixel has an interval of its own.",
)
edit(
    "linear_worst_loss__always_box",
    {"    if box:": "    if True:"},
    hint="The limits of black and white are kept always. With box=False there are none.",
)
edit(
    "linear_worst_loss__bias_missing",
    {"(X @ w + b)": "(X @ w)"},
    hint="The bias is missing in the margin.",
)
edit(
    "linear_worst_loss__bias_not_signed",
    {"-(signs * (X @ w + b) + worst)": "-(signs * (X @ w) + b + worst)"},
    hint="The bias has no sign: the margin is s (x w + b).",
)
edit(
    "linear_worst_loss__mean",
    {
        ("return np.logaddexp(0, -(signs * (X @ w + b) + worst))"): (
            "return np.mean(np.logaddexp(0, -(signs * (X @ w + b) + worst)))"
        )
    },
    hint="The mean over the examples came. The loss of each example is asked for.",
)
edit(
    "linear_worst_loss__overflow",
    {"np.logaddexp(0, -(signs * (X @ w + b) + worst))": "np.log(1 + np.exp(-(signs * (X @ w + b) + worst)))"},
    hint="With large margins, exp overflows. np.logaddexp(0, a) is log(1 + exp(a)) and does not.",
)
edit(
    "linear_worst_loss__no_attack",
    {" + worst))": "))"},
    hint="This is the loss without any change. The worst change is missing.",
)
edit(
    "linear_worst_loss__worst_counted_twice",
    {"+ worst))": "+ 2 * worst))"},
    hint="The change counts twice. Pixel j can lower the margin by epsilon |w_j|.",
)
edit(
    "linear_worst_loss__epsilon_divided_by_pixels",
    {"pull = signs[:, None] * w": "pull = signs[:, None] * w / len(w)"},
    hint=(
        "The effect of the change is divided by the number of pixels. Each pixel has the whole budget: add up, no mean."
    ),
)
edit(
    "linear_worst_loss__limits_swapped",
    {"np.maximum(-epsilon, -X), np.minimum(epsilon, 1 - X)": "np.maximum(-epsilon, X - 1), np.minimum(epsilon, X)"},
    hint="The room above and the room below each pixel are exchanged: down it is x, up it is 1 - x.",
)
edit(
    "linear_worst_loss__log_missing",
    {"np.logaddexp(0, -(signs * (X @ w + b) + worst))": "signs * (X @ w + b) + worst"},
    hint="The worst margin came. Its loss is asked for, log(1 + exp(-margin)).",
)


# targeted_fgsm

edit(
    "targeted_fgsm__no_return",
    {"return np.clip": "np.clip"},
    hint="The function returns None. Is the return missing?",
)
edit(
    "targeted_fgsm__plus",
    {"X - epsilon": "X + epsilon"},
    hint="The loss of the target grows, so the pictures go away from it. It has to shrink.",
)
edit(
    "targeted_fgsm__mirrored",
    {
        "np.clip(X - epsilon * np.sign(gradient(X, targets)), 0.0, 1.0)": (
            "2 * X - np.clip(X + epsilon * np.sign(gradient(X, targets)), 0.0, 1.0)"
        )
    },
    hint=(
        "This is the opposite of a step that was clipped on the other side: pixels near 0 and 1 move too little, or "
        "leave the range. Step first, then clip."
    ),
)
edit(
    "targeted_fgsm__no_clip",
    {"np.clip(X - epsilon * np.sign(gradient(X, targets)), 0.0, 1.0)": "X - epsilon * np.sign(gradient(X, targets))"},
    hint="Some pixels are below 0 or above 1. Clip after the step, not before it.",
)
edit(
    "targeted_fgsm__no_sign",
    {"np.sign(gradient(X, targets))": "gradient(X, targets)"},
    hint="Each pixel moves by epsilon times its slope. Only the sign of the slope counts.",
)
edit(
    "targeted_fgsm__unit_length",
    {"np.sign(gradient(X, targets))": "(lambda g: g / max(np.sqrt(np.sum(g**2)), 1e-300))(gradient(X, targets))"},
    hint=(
        "The slopes were divided by their length. Under this budget each pixel moves by the whole epsilon: take signs."
    ),
)
edit(
    "targeted_fgsm__zero_slopes_move",
    {"np.sign(gradient(X, targets))": "np.where(gradient(X, targets) > 0, 1.0, -1.0)"},
    hint="Pixels whose slope is 0 move, too. Their sign is 0, so they stay.",
)
edit(
    "targeted_fgsm__divided_by_the_size",
    {"np.sign(gradient(X, targets))": "(lambda g: g / (np.abs(g) + 1e-12))(gradient(X, targets))"},
    hint="The slopes are divided by their size and a small number, so tiny ones lose their sign. np.sign keeps it.",
)
edit(
    "targeted_fgsm__first_target_for_all",
    {"gradient(X, targets)": "gradient(X, np.full(len(X), targets[0]))"},
    hint="All pictures go to the first target. Each has its own.",
)
edit(
    "targeted_fgsm__clips_from_minus_one",
    {"0.0, 1.0)": "-1.0, 1.0)"},
    hint="Pixels may become negative: the range ends at 0, not at -1.",
)
edit(
    "targeted_fgsm__clips_the_change",
    {
        "np.clip(X - epsilon * np.sign(gradient(X, targets)), 0.0, 1.0)": (
            "X + np.clip(-epsilon * np.sign(gradient(X, targets)), 0.0, 1.0)"
        )
    },
    hint="The change is clipped, so no pixel can become darker. The changed picture is what has to be clipped.",
)


# minimal_epsilon

edit(
    "minimal_epsilon__no_return",
    {"    return np.where(at_once": "    np.where(at_once"},
    hint="The function returns None. Is the return missing?",
)
edit(
    "minimal_epsilon__lower_end",
    {"np.where(at_the_end, high, np.inf)": "np.where(at_the_end, low, np.inf)"},
    hint="The lower end came, where the picture is still right. The upper end is asked for.",
)
edit(
    "minimal_epsilon__middle",
    {"np.where(at_the_end, high, np.inf)": "np.where(at_the_end, (low + high) / 2, np.inf)"},
    hint="The middle of the last interval came. Its upper end is asked for, where the picture is certainly wrong.",
)
edit(
    "minimal_epsilon__halves_exchanged",
    {
        ("np.where(there, low, middle), np.where(there, middle, high)"): (
            "np.where(there, middle, low), np.where(there, high, middle)"
        )
    },
    hint="The wrong half is kept. If the picture is wrong in the middle, the border lies below it.",
)
edit(
    "minimal_epsilon__one_for_all",
    {
        ("np.where(there, low, middle), np.where(there, middle, high)"): (
            "np.where(there.any(), low, middle), np.where(there.any(), middle, high)"
        )
    },
    hint="One decision is made for all pictures together. Each has its own interval.",
)
edit(
    "minimal_epsilon__all_must_be_wrong",
    {
        ("np.where(there, low, middle), np.where(there, middle, high)"): (
            "np.where(there.all(), low, middle), np.where(there.all(), middle, high)"
        )
    },
    hint="The search goes down only where all pictures are wrong at once. Each has its own interval.",
)
edit(
    "minimal_epsilon__no_special_cases",
    {"np.where(at_once, 0.0, np.where(at_the_end, high, np.inf))": "high"},
    hint="Two cases are missing: wrong as it is gives 0, and right as it is and at 1 gives infinity.",
)
edit(
    "minimal_epsilon__one_halving_too_many",
    {"range(num_halvings)": "range(num_halvings + 1)"},
    hint="The interval is halved once too often.",
)
edit(
    "minimal_epsilon__one_halving_too_few",
    {"range(num_halvings)": "range(num_halvings - 1)"},
    hint="The interval is halved once less than asked.",
)
edit(
    "minimal_epsilon__no_clip",
    {"np.clip(moved, 0.0, 1.0)": "moved"},
    hint="The pictures leave the range from 0 to 1 on their way. Clip each before it is read.",
)
edit(
    "minimal_epsilon__wrong_at_once_not_zero",
    {"np.where(at_once, 0.0, np.where(at_the_end, high, np.inf))": "np.where(at_the_end, high, np.inf)"},
    hint="A picture that is wrong without any change needs no change: its number is 0.",
)
edit(
    "minimal_epsilon__never_is_one",
    {"np.where(at_the_end, high, np.inf)": "high"},
    hint="A picture that is right at 0 and still at 1 gets infinity. Here it gets 1.",
)
edit(
    "minimal_epsilon__never_comes_first",
    {
        ("np.where(at_once, 0.0, np.where(at_the_end, high, np.inf))"): (
            "np.where(at_the_end, np.where(at_once, 0.0, high), np.inf)"
        )
    },
    hint="A picture that is wrong as it is gets 0, also if it is right at epsilon 1.",
)
edit(
    "minimal_epsilon__found_on_the_way",
    {
        "        there = wrong(middle)\n": "        there = wrong(middle)\n        at_the_end = at_the_end | there\n",
    },
    hint="A picture that is right at 1 gets infinity, also if it was wrong somewhere on the way.",
)
edit(
    "minimal_epsilon__nan_for_never",
    {"high, np.inf)": "high, np.nan)"},
    hint="A picture that is never fooled gets infinity, not NaN.",
)
edit(
    "minimal_epsilon__other_direction",
    {"X + epsilon.reshape": "X - epsilon.reshape"},
    hint="The pictures walk against their directions.",
)
edit(
    "minimal_epsilon__signs_of_directions",
    {"* directions": "* np.sign(directions)"},
    hint="Only the signs of the directions are used. Each picture changes by epsilon times its direction.",
)
edit(
    "minimal_epsilon__right_and_wrong_exchanged",
    {"0.0, 1.0)) != y": "0.0, 1.0)) == y"},
    hint="Right and wrong are exchanged: a picture is fooled where its reading differs from y.",
)
edit(
    "minimal_epsilon__own_labels",
    {"    low, high = np.zeros(len(X))": "    y = predict(np.clip(X, 0.0, 1.0))\n    low, high = np.zeros(len(X))"},
    hint="The readings are compared with those of the unchanged pictures. Compare them with the true labels y.",
)


@hint("Each look starts from the picture of the look before, so the changes add up. Each starts from X.")
def minimal_epsilon__walks_on(predict, X, y, directions, num_halvings):
    shape = (-1, *[1] * (X.ndim - 1))
    low, high = np.zeros(len(X)), np.ones(len(X))
    at_once = predict(X) != y
    at_the_end = predict(np.clip(X + directions, 0.0, 1.0)) != y
    moved = X
    for _ in range(num_halvings):
        middle = (low + high) / 2
        moved = np.clip(moved + middle.reshape(shape) * directions, 0.0, 1.0)
        there = predict(moved) != y
        low, high = np.where(there, low, middle), np.where(there, middle, high)
    return np.where(at_once, 0.0, np.where(at_the_end, high, np.inf))


edit(
    "minimal_epsilon__infinity_at_once",
    {"np.where(at_once, 0.0, np.where(at_the_end, high, np.inf))": "np.where(at_the_end & ~at_once, high, np.inf)"},
    hint="A picture that is wrong as it is gets infinity. It needs no change, so its number is 0.",
)


@hint("The directions were made one long. Epsilon counts in units of the directions as they are.")
def minimal_epsilon__unit_directions(predict, X, y, directions, num_halvings):
    length = np.sqrt(np.sum((1.0 * directions.reshape(len(X), -1)) ** 2, axis=1))
    directions = directions / np.maximum(length, 1e-300).reshape(-1, *[1] * (X.ndim - 1))

    def wrong(epsilon):
        moved = X + epsilon.reshape(-1, *[1] * (X.ndim - 1)) * directions
        return predict(np.clip(moved, 0.0, 1.0)) != y

    low, high = np.zeros(len(X)), np.ones(len(X))
    at_once, at_the_end = wrong(low), wrong(high)
    for _ in range(num_halvings):
        middle = (low + high) / 2
        there = wrong(middle)
        low, high = np.where(there, low, middle), np.where(there, middle, high)
    return np.where(at_once, 0.0, np.where(at_the_end, high, np.inf))


@hint("Epsilons at equal distances were tried. Bisection halves what is left of the interval in each look.")
def minimal_epsilon__equal_steps(predict, X, y, directions, num_halvings):
    found = np.full(len(X), np.inf)
    for epsilon in np.linspace(1, 0, num_halvings + 2):
        found = np.where(predict(np.clip(X + epsilon * directions, 0.0, 1.0)) != y, epsilon, found)
    return found


edit(
    "minimal_epsilon__minus_one_for_never",
    {"high, np.inf)": "high, -1.0)"},
    hint="A picture that is never fooled gets infinity, not -1: no change is large enough.",
)


# robust_accuracy

edit(
    "robust_accuracy__no_return",
    {"return np.mean": "np.mean"},
    hint="The function returns None. Is the return missing?",
)


@hint("The lowest accuracy under a single attack came. A picture counts only if it is right under every attack.")
def robust_accuracy__lowest(predict, attacks, X, y):
    return min(np.mean(predict(pictures) == y) for pictures in [X, *(attack(X, y) for attack in attacks)])


@hint("The mean of the accuracies came. A picture counts only if it is right under every attack.")
def robust_accuracy__mean(predict, attacks, X, y):
    return np.mean([np.mean(predict(pictures) == y) for pictures in [X, *(attack(X, y) for attack in attacks)]])


edit(
    "robust_accuracy__without_the_picture_itself",
    {"right = predict(X) == y": "right = np.ones(len(X), dtype=bool)"},
    hint=(
        "A picture that is wrong without an attack counts if the attacks make it right. It must be right as it is, too."
    ),
)
edit(
    "robust_accuracy__share_of_the_right_ones",
    {"return np.mean(right)": "return np.sum(right) / max(np.sum(predict(X) == y), 1)"},
    hint="The share of those that were right before the attack came. The share of all pictures is asked for.",
)
edit(
    "robust_accuracy__attack_success",
    {"return np.mean(right)": "return 1 - np.mean(right)"},
    hint="The share of pictures that are fooled came. Asked is the share of those that are not.",
)
edit(
    "robust_accuracy__attacks_in_a_row",
    {"right = right & (predict(attack(X, y)) == y)": "X = attack(X, y)\n        right = right & (predict(X) == y)"},
    hint="Each attack starts where the one before it ended. Each has to start from X.",
)
edit(
    "robust_accuracy__only_the_last",
    {"right = right & (predict(attack(X, y)) == y)": "right = (predict(X) == y) & (predict(attack(X, y)) == y)"},
    hint="Only the last attack counts. Keep what the attacks before it have found.",
)
edit(
    "robust_accuracy__any",
    {"right = right & (predict(attack(X, y)) == y)": "right = right | (predict(attack(X, y)) == y)"},
    hint="A picture counts if it is right at least once. It has to be right every time.",
)
edit(
    "robust_accuracy__unchanged_reading",
    {"right = predict(X) == y": "y = predict(X)\n    right = predict(X) == y"},
    hint="The readings are compared with those without attack. Compare them with the true labels y.",
)
edit(
    "robust_accuracy__count",
    {"np.mean(right)": "np.sum(right)"},
    hint="The number of pictures came. Their share is asked for.",
)
edit(
    "robust_accuracy__first_attack_only",
    {"for attack in attacks:": "for attack in attacks[:1]:"},
    hint="Only the first attack is tried. Try all of them.",
)


@hint(
    "The accuracies are multiplied, as if attacks fooled pictures independently. Count pictures that are always right."
)
def robust_accuracy__product(predict, attacks, X, y):
    share = np.mean(predict(X) == y)
    for attack in attacks:
        share *= np.mean(predict(attack(X, y)) == y)
    return share


@hint("A picture counts if it is right as it is and under one of the attacks. It has to be right under all of them.")
def robust_accuracy__one_attack_suffices(predict, attacks, X, y):
    right = np.zeros(len(X), dtype=bool) if attacks else np.ones(len(X), dtype=bool)
    for attack in attacks:
        right = right | (predict(attack(X, y)) == y)
    return np.mean(right & (predict(X) == y))


edit(
    "robust_accuracy__list_of_truths",
    {"return np.mean(right)": "return right"},
    hint="A truth value for each picture came. Their mean is asked for, one number.",
)


# project_linf

edit(
    "project_linf__no_return",
    {"return np.clip": "np.clip"},
    hint="The function returns None. Is the return missing?",
)
edit(
    "project_linf__no_box",
    {
        (
            "np.clip(np.clip(X, X0 - float(epsilon), X0 + float(epsilon)), 0.0, 1.0)"
        ): "np.clip(X, X0 - float(epsilon), X0 + float(epsilon))"
    },
    hint="Some pixels are below 0 or above 1. The range from 0 to 1 is kept as well.",
)
edit(
    "project_linf__only_the_box",
    {"np.clip(np.clip(X, X0 - float(epsilon), X0 + float(epsilon)), 0.0, 1.0)": "np.clip(1.0 * X, 0.0, 1.0)"},
    hint="Some pixels are further than epsilon from those of X0.",
)
edit(
    "project_linf__change_only",
    {
        (
            "np.clip(np.clip(X, X0 - float(epsilon), X0 + float(epsilon)), 0.0, 1.0)"
        ): "np.clip(1.0 * X - X0, -epsilon, epsilon)"
    },
    hint="The change came, not the picture. Add it to X0.",
)
edit(
    "project_linf__around_zero",
    {"X0 - float(epsilon), X0 + float(epsilon)": "-float(epsilon), float(epsilon)"},
    hint="The pixels are held within epsilon of 0. They are held within epsilon of those of X0.",
)
edit(
    "project_linf__two_norm",
    {
        "np.clip(np.clip(X, X0 - float(epsilon), X0 + float(epsilon)), 0.0, 1.0)": (
            "np.clip(X0 + (X - X0) * min(1.0, epsilon / max(np.sqrt(np.sum((1.0 * X - X0) ** 2)), 1e-300)), 0.0, 1.0)"
        )
    },
    hint="The whole change is made shorter. Here each pixel is held within epsilon by itself.",
)
edit(
    "project_linf__scaled",
    {
        "np.clip(np.clip(X, X0 - float(epsilon), X0 + float(epsilon)), 0.0, 1.0)": (
            "np.clip(X0 + (X - X0) * min(1.0, epsilon / max(np.abs(1.0 * X - X0).max(), 1e-300)), 0.0, 1.0)"
        )
    },
    hint="All pixels are pulled back by the same factor. Only those that are too far move, each by itself.",
)
edit(
    "project_linf__signs",
    {"np.clip(X, X0 - float(epsilon), X0 + float(epsilon))": "X0 + epsilon * np.sign(1.0 * X - X0)"},
    hint="Every pixel moved by the whole epsilon. A pixel that is allowed already stays where it is.",
)
edit(
    "project_linf__ends_exchanged",
    {"np.clip(X, X0 - float(epsilon), X0 + float(epsilon))": "np.clip(X0, X - float(epsilon), X + float(epsilon))"},
    hint="X0 was moved towards X. X has to be moved towards X0.",
)
edit(
    "project_linf__half",
    {"X0 - float(epsilon), X0 + float(epsilon)": "X0 - epsilon / 2, X0 + epsilon / 2"},
    hint="The pixels are held within half of epsilon. The budget counts in each direction.",
)
edit(
    "project_linf__only_the_upper_limit",
    {"np.clip(X, X0 - float(epsilon), X0 + float(epsilon))": "np.minimum(X, X0 + float(epsilon))"},
    hint="Pixels may go down as far as they like. The budget counts in both directions.",
)
edit(
    "project_linf__far_pixels_reset",
    {"np.clip(X, X0 - float(epsilon), X0 + float(epsilon))": "np.where(np.abs(1.0 * X - X0) > epsilon, X0, X)"},
    hint="A pixel that is too far goes back to X0. The nearest allowed one is epsilon away from it.",
)


@hint("A picture with one pixel that is too far becomes X0 as a whole. Each pixel goes to the nearest allowed value.")
def project_linf__pictures_reset(X, X0, epsilon):
    far = np.abs(1.0 * X - X0).reshape(len(X), -1).max(axis=1) > epsilon
    return np.clip(np.where(far.reshape(-1, *[1] * (X.ndim - 1)), X0, X), 0.0, 1.0)


edit(
    "project_linf__relative",
    {"X0 - float(epsilon), X0 + float(epsilon)": "X0 * (1 - float(epsilon)), X0 * (1 + float(epsilon))"},
    hint="The budget is a share of each pixel of X0. It is the same number for all pixels.",
)
edit(
    "project_linf__one_interval_for_all",
    {"X0 - float(epsilon), X0 + float(epsilon)": "X0.min() - float(epsilon), X0.max() + float(epsilon)"},
    hint="All pixels are held in one interval. Each has its own, around the same pixel of X0.",
)
edit(
    "project_linf__between_the_extremes",
    {"X0 + float(epsilon)), 0.0, 1.0)": "X0 + float(epsilon)), X0.min(), X0.max())"},
    hint="The outer limits are the smallest and the largest pixel of X0. They are black and white, 0 and 1.",
)


# pgd

edit("pgd__no_return", {"    return moved": ""}, hint="The function returns None. Is the return missing?")
edit(
    "pgd__no_random_start",
    {"X + rng.uniform(-epsilon, epsilon, size=X.shape)": "X + 0.0"},
    hint="It starts at the picture itself. The start is random.",
)
edit(
    "pgd__start_on_one_side",
    {"rng.uniform(-epsilon, epsilon, size=X.shape)": "rng.uniform(0, epsilon, size=X.shape)"},
    hint="At the start, all pixels become brighter. The random numbers lie between -epsilon and epsilon.",
)
edit(
    "pgd__one_number_for_all",
    {"size=X.shape": "size=1"},
    hint="All pixels start with the same random change. Draw one for each.",
)
edit(
    "pgd__same_start_for_all_pictures",
    {"size=X.shape": "size=X.shape[1:]"},
    hint="All pictures start with the same random change. Draw one for each pixel of each picture.",
)
edit(
    "pgd__one_number_for_each_picture",
    {"size=X.shape": "size=(len(X), *[1] * (X.ndim - 1))"},
    hint="All pixels of a picture start with the same random change. Draw one for each pixel.",
)
edit(
    "pgd__normal_start",
    {"rng.uniform(-epsilon, epsilon, size=X.shape)": "epsilon * rng.normal(size=X.shape)"},
    hint="The start is drawn from a normal distribution. It is uniform between -epsilon and epsilon.",
)
edit(
    "pgd__signs_at_the_start",
    {"rng.uniform(-epsilon, epsilon, size=X.shape)": "epsilon * rng.choice([-1.0, 1.0], size=X.shape)"},
    hint="At the start, every pixel moves by the whole epsilon. Its move is uniform between -epsilon and epsilon.",
)
edit(
    "pgd__start_not_clipped",
    {
        ("moved = project_linf(X + rng.uniform(-epsilon, epsilon, size=X.shape), X, epsilon)"): (
            "moved = X + rng.uniform(-epsilon, epsilon, size=X.shape)"
        )
    },
    hint="The start is not projected: pixels leave the range from 0 to 1, and the first slopes are taken there.",
)
edit(
    "pgd__around_the_last_picture",
    {"np.sign(gradient(moved, y)), X, epsilon)": "np.sign(gradient(moved, y)), moved, epsilon)"},
    hint=(
        "Each step is projected around the picture before it, so the walk can go anywhere. Project "
        "around the first one."
    ),
)
edit(
    "pgd__not_projected",
    {
        ("moved = project_linf(moved + step_size * np.sign(gradient(moved, y)), X, epsilon)"): (
            "moved = np.clip(moved + step_size * np.sign(gradient(moved, y)), 0, 1)"
        )
    },
    hint="The steps are not held within epsilon of the first picture.",
)
edit(
    "pgd__projected_at_the_end",
    {
        "moved = project_linf(moved + step_size * np.sign(gradient(moved, y)), X, epsilon)\n    return moved": (
            "moved = moved + step_size * np.sign(gradient(moved, y))\n    return project_linf(moved, X, epsilon)"
        )
    },
    hint=(
        "The projection comes once, after the last step. It belongs to each step: slopes are taken at allowed pictures."
    ),
)
edit(
    "pgd__slopes_of_the_first_picture",
    {"gradient(moved, y)": "gradient(X, y)"},
    hint="The slopes are always those of the first picture. Take them where the walk is.",
)
edit(
    "pgd__minus",
    {"moved + step_size": "moved - step_size"},
    hint="The steps go the wrong way, so the loss shrinks. Move in the direction of the slopes.",
)
edit(
    "pgd__steps_of_epsilon",
    {"step_size * np.sign": "epsilon * np.sign"},
    hint="Each step goes by epsilon. A step has a size of its own, step_size.",
)
edit(
    "pgd__no_sign",
    {"np.sign(gradient(moved, y))": "gradient(moved, y)"},
    hint="Each pixel moves by step_size times its slope. Only the sign of the slope counts.",
)
edit(
    "pgd__one_step_too_many",
    {"range(num_steps)": "range(num_steps + 1)"},
    hint="It takes one step more than asked.",
)
edit(
    "pgd__one_step_too_few",
    {"range(num_steps)": "range(num_steps - 1)"},
    hint="It takes one step less than asked.",
)
edit(
    "pgd__ball_around_the_start",
    {"    for _ in range(num_steps):": "    X = moved\n    for _ in range(num_steps):"},
    hint="The ball lies around the random start. It lies around the first picture X.",
)
edit(
    "pgd__global_generator",
    {"rng.uniform(": "np.random.default_rng(0).uniform("},
    hint="The start is always the same. Draw it from rng.",
)
edit(
    "pgd__start_of_a_step",
    {"rng.uniform(-epsilon, epsilon, size=X.shape)": "rng.uniform(-step_size, step_size, size=X.shape)"},
    hint="The start is drawn within one step of the picture. It is drawn from the whole box, within epsilon.",
)
edit(
    "pgd__noise_in_each_step",
    {
        "project_linf(moved + step_size * np.sign": (
            "project_linf(moved + rng.uniform(-epsilon, epsilon, size=X.shape) + step_size * np.sign"
        )
    },
    hint="Random numbers are added in each step, so steps after the start differ. rng is for the start only.",
)
edit(
    "pgd__steps_divided",
    {"step_size * np.sign": "step_size / num_steps * np.sign"},
    hint="The size of a step is divided by their number. Each step goes by the whole step_size.",
)


@hint(
    "The range from 0 to 1 is not kept: the pictures are held within epsilon, and nothing else. Project in each step."
)
def pgd__only_the_ball(gradient, X, y, epsilon, step_size, num_steps, rng):
    moved = X + rng.uniform(-epsilon, epsilon, size=X.shape)
    for _ in range(num_steps):
        moved = np.clip(moved + step_size * np.sign(gradient(moved, y)), X - epsilon, X + epsilon)
    return moved


edit(
    "pgd__slopes_of_the_start",
    {
        "    for _ in range(num_steps):": "    signs = np.sign(gradient(moved, y))\n    for _ in range(num_steps):",
        "moved + step_size * np.sign(gradient(moved, y))": "moved + step_size * signs",
    },
    hint="The slopes are those of the random start in every step. Ask for new ones where the walk is.",
)
edit(
    "pgd__steps_start_over",
    {
        "    for _ in range(num_steps):": "    start = moved\n    for _ in range(num_steps):",
        "project_linf(moved + step_size": "project_linf(start + step_size",
    },
    hint="Each step begins at the random start again, so many steps go no further than one. Go on from the last.",
)
edit(
    "pgd__ball_of_a_step",
    {"np.sign(gradient(moved, y)), X, epsilon)": "np.sign(gradient(moved, y)), X, step_size)"},
    hint="The steps are projected with step_size as the budget. The box around the first picture has the size epsilon.",
)


# iterated_fgsm_broken


@hint("Both bugs are still there. Which pictures do the slopes belong to, and what is done last?")
def iterated_fgsm_broken__as_given(gradient, X, y, epsilon, num_steps):
    moved = X
    for _ in range(num_steps):
        moved = np.clip(moved, 0.0, 1.0)
        moved = moved + epsilon / num_steps * np.sign(gradient(X, y))
    return moved


edit(
    "iterated_fgsm_broken__still_clips_before",
    {
        (
            "        moved = moved + epsilon / num_steps * np.sign(gradient(moved, y))\n"
            "        moved = np.clip(moved, 0.0, 1.0)"
        ): (
            "        moved = np.clip(moved, 0.0, 1.0)\n"
            "        moved = moved + epsilon / num_steps * np.sign(gradient(moved, y))"
        )
    },
    hint="Pixels are still clipped before the step, so after the last step some are below 0 or above 1.",
)
edit(
    "iterated_fgsm_broken__still_old_slopes",
    {"gradient(moved, y)": "gradient(X, y)"},
    hint="The slopes are still those of the first picture. Take them where the walk is.",
)
edit(
    "iterated_fgsm_broken__clipped_at_the_end",
    {"        moved = np.clip(moved, 0.0, 1.0)\n    return moved": "    return np.clip(moved, 0.0, 1.0)"},
    hint="Pixels are clipped once, after the last step. In between, slopes are taken at pictures that do not exist.",
)
edit(
    "iterated_fgsm_broken__walks_outside",
    {
        "gradient(moved, y)": "gradient(np.clip(moved, 0.0, 1.0), y)",
        "        moved = np.clip(moved, 0.0, 1.0)\n    return moved": "    return np.clip(moved, 0.0, 1.0)",
    },
    hint=(
        "Slopes are asked for inside the range from 0 to 1, but the walk itself goes on outside of it, so a pixel that "
        "turns round has a long way back. Clip the picture itself in each step."
    ),
)
edit(
    "iterated_fgsm_broken__whole_steps",
    {"epsilon / num_steps": "epsilon"},
    hint="Each step goes by the whole epsilon. All steps together may go by epsilon.",
)
edit(
    "iterated_fgsm_broken__minus",
    {"moved + epsilon": "moved - epsilon"},
    hint="The steps go the wrong way, so the loss shrinks.",
)
edit(
    "iterated_fgsm_broken__no_return",
    {"    return moved": ""},
    hint="The function returns None. Is the return missing?",
)
edit(
    "iterated_fgsm_broken__no_sign",
    {"np.sign(gradient(moved, y))": "gradient(moved, y)"},
    hint="Each pixel moves by its slope. Only the sign of the slope counts.",
)


# input_gradient

edit(
    "input_gradient__no_return",
    {"    return slopes[0]": "    slopes[0]"},
    hint="The function returns None. Is the return missing?",
)
edit(
    "input_gradient__mean",
    {"keras.ops.sum(": "keras.ops.mean("},
    hint="All slopes are N times too small: the losses are averaged. Add them up, so that each picture keeps its own.",
)
edit(
    "input_gradient__training_mode",
    {"training=False": "training=True"},
    hint="The model is called as in training, so that batch normalisation looks at the batch. Call it in test mode.",
)
edit(
    "input_gradient__softmax_before_the_loss",
    {
        "logits = model(pictures, training=False)": (
            "logits = keras.ops.exp(keras.ops.log_softmax(model(pictures, training=False)))"
        )
    },
    hint="A softmax stands between the logits and the loss. The loss takes the logits.",
)
edit(
    "input_gradient__from_logits_missing",
    {"from_logits=True": "from_logits=False"},
    hint="The logits are taken for probabilities. The loss has to know that they are logits.",
)
edit(
    "input_gradient__masked_by_probabilities",
    {"y, logits, from_logits=True": "y, keras.ops.exp(keras.ops.log_softmax(logits)), from_logits=False"},
    hint="Where the model is very sure, the slopes vanish: the loss is computed from probabilities. Use the logits.",
)
edit(
    "input_gradient__slopes_of_the_score",
    {
        "keras.losses.sparse_categorical_crossentropy(y, logits, from_logits=True)": (
            "keras.ops.take_along_axis(logits, keras.ops.convert_to_tensor(y[:, None]), axis=1)"
        )
    },
    hint="These are the slopes of the label's logit. Those of the loss are asked for.",
)
edit(
    "input_gradient__minus",
    {"return slopes[0]": "return -slopes[0]"},
    hint="All slopes have the wrong sign.",
)
edit(
    "input_gradient__signs",
    {"return slopes[0]": "return np.sign(slopes[0])"},
    hint="Only the signs of the slopes came. The slopes themselves are asked for.",
)


@hint("The loss is that of the class which the model reads. Use the label y.")
def input_gradient__predicted_labels(model, X, y):
    y = keras.ops.convert_to_numpy(model(X, training=False)).argmax(axis=1)

    def total_loss(pictures):
        logits = model(pictures, training=False)
        return keras.ops.sum(keras.losses.sparse_categorical_crossentropy(y, logits, from_logits=True))

    return value_and_gradient(total_loss, X)[1][0]


edit(
    "input_gradient__list_of_slopes",
    {"return slopes[0]": "return slopes"},
    hint="A list with one array came. The array itself is asked for.",
)
edit(
    "input_gradient__added_over_pictures",
    {"return slopes[0]": "return np.broadcast_to(slopes[0].sum(axis=0), X.shape).copy()"},
    hint="The slopes of all pictures are added up. Each picture has its own.",
)
edit(
    "input_gradient__first_label_for_all",
    {"(y, logits": "(np.full(len(X), y[0]), logits"},
    hint="All pictures get the label of the first one.",
)
edit(
    "input_gradient__absolute",
    {"return slopes[0]": "return np.abs(slopes[0])"},
    hint="The sizes of the slopes came, without their signs. An attack needs the signs.",
)
edit(
    "input_gradient__flat",
    {"return slopes[0]": "return slopes[0].reshape(len(X), -1)"},
    hint="The slopes of each picture came in one row. They have the shape of X.",
)
edit(
    "input_gradient__all_logits",
    {
        "keras.losses.sparse_categorical_crossentropy(y, logits, from_logits=True)": "logits",
    },
    hint="These are the slopes of the sum of all logits, and y plays no part. Those of the loss are asked for.",
)
edit(
    "input_gradient__scaled",
    {
        "return slopes[0]": (
            "return slopes[0] / np.maximum(np.abs(slopes[0]).max(axis=tuple(range(1, X.ndim)), keepdims=True), 1e-300)"
        )
    },
    hint="Each picture's slopes are divided by the largest of them. The slopes themselves are asked for.",
)
edit(
    "input_gradient__slopes_of_the_probability",
    {
        "keras.losses.sparse_categorical_crossentropy(y, logits, from_logits=True)": (
            "keras.ops.take_along_axis(keras.ops.softmax(logits), keras.ops.convert_to_tensor(y[:, None]), axis=1)"
        )
    },
    hint="These are the slopes of the label's probability. The loss is minus its logarithm.",
)


# adversarial_train

edit(
    "adversarial_train__no_return",
    {"    return params": ""},
    hint="The function returns None. Is the return missing?",
)
edit(
    "adversarial_train__plain",
    {"forward(changed, params)": "forward(X[batch], params)"},
    hint=(
        "The network resists no better than after plain training. Do the pictures that it learns from follow the "
        "slopes of the loss, by all of epsilon?"
    ),
)
edit(
    "adversarial_train__loss_made_smaller",
    {"y[batch], epsilon)": "y[batch], -epsilon)"},
    hint="The pictures are changed so that their loss shrinks. The attack has to make it grow.",
)
edit(
    "adversarial_train__random_signs",
    {
        "fgsm(pixel_slopes(params), X[batch], y[batch], epsilon)": (
            "np.clip(X[batch] + epsilon * rng.choice([-1, 1], size=X[batch].shape), 0, 1)"
        )
    },
    hint=(
        "The network resists no better than after plain training. Do the pictures that it learns from follow the "
        "slopes of the loss, by all of epsilon?"
    ),
)


@hint("The pictures were changed once, for the weights at the start. Attack the weights as they are in each step.")
def adversarial_train__changed_once(X, y, epsilon, rng):
    params = start_network((64, 128, 128, 10), rng)
    changed, adam = fgsm(pixel_slopes(params), X, y, epsilon), Adam(0.001)
    for _ in range(40):
        order = rng.permutation(len(X))
        for start in range(0, len(X), 64):
            batch = order[start : start + 64]
            logits, inputs = forward(changed[batch], params)
            dlogits = logit_slopes(logits, y[batch]) / len(batch)
            params = adam.update(params, backward(dlogits, inputs, params)[1])
    return params


@hint("The weights did not move. Does the update come back into params?")
def adversarial_train__no_update(X, y, epsilon, rng):
    return start_network((64, 128, 128, 10), rng)


edit(
    "adversarial_train__grey_levels",
    {"y[batch], epsilon)": "y[batch], epsilon / 255)"},
    hint=(
        "The network resists no better than after plain training. Do the pictures that it learns from follow the "
        "slopes of the loss, by all of epsilon?"
    ),
)
edit(
    "adversarial_train__own_labels",
    {"logit_slopes(logits, y[batch])": "logit_slopes(logits, reader(params)(changed))"},
    hint="The network learns what it reads itself. The changed pictures keep their true labels.",
)
edit(
    "adversarial_train__one_epoch",
    {"    for _ in range(40):": "    for _ in range(1):"},
    hint="The network saw each picture once. The recipe takes 40 epochs.",
)
