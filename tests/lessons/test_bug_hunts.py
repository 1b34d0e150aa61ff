"""A bug hunt is fair: what `check` shows of it tells the code that is handed out from the right one."""

import re

from dnnkit.checking.example_records import read_example_file

# How many examples hold for the code that is handed out.
SILENT = {"adam_step_broken": 1, "backward_broken": 1, "conv2d_backward_broken": 1}


def test_examples_of_a_bug_hunt_show_its_bug(lesson, project):
    hunts = re.findall(
        r"### BUG HUNT: (\w+?_broken)__(\w+)", (lesson.folder / f"{lesson.topic}.py").read_text(encoding="utf-8")
    )
    assert hunts
    examples = read_example_file(project / "dnnkit" / "examples" / f"{lesson.topic}.json")["exercises"]
    for exercise, handed_out in hunts:
        shown = examples[exercise]["examples"]
        differ = [one["mistakes"][handed_out]["value"] != one["expected"] for one in shown]
        assert differ.count(False) == SILENT.get(exercise, 0)
        assert differ.count(True) >= 2
