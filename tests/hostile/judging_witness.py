"""Asks each submission's kernel for its witness when its checks are over; imported where submissions are judged.

The environment says where: HOSTILE_WITNESSES is a folder with a file wanted.json, student -> expression, and each
answer becomes a file NUMBER.json in it, of [whether it is true, its text].
"""

import json
import os
from pathlib import Path

from grading.judging import judge
from grading.sandbox.kernel_results import KernelDied, KernelTimeout

ASK = "type('Witness', (), {{'_repr_json_': lambda self: (lambda f: [bool(f), repr(f)[:300]])({})}})()"
FOLDER = Path(os.environ["HOSTILE_WITNESSES"])
WANTED = json.loads((FOLDER / "wanted.json").read_text())
now = []


class Asked(judge.Runner):
    """A runner that asks before it leaves."""

    def __exit__(self, *exc_info):
        if now[0] in WANTED:
            try:
                heard = self.evaluate(ASK.format(WANTED[now[0]]), 5.0)
            except (KernelDied, KernelTimeout) as error:
                heard = [False, repr(error)]
            (FOLDER / f"{list(WANTED).index(now[0])}.json").write_text(json.dumps(heard))
        super().__exit__(*exc_info)


def judged(self, submission, *rest):
    """Judge a submission, and remember whose it is."""
    now[:] = [submission.student]
    return judge_as_usual(self, submission, *rest)


judge_as_usual = judge.Judge.judge
judge.Judge.judge, judge.Runner = judged, Asked
