"""A table in a prompt says what the chapter draws, and what the exercise's file considers right."""

import ast
import re

from autograder import exercise as model
from autograder.chapter import ROOT

GAP = 3  # points: the prompt's rule for a gap that counts


def test_eight_runs_are_drawn_told_and_judged_alike():
    text = (ROOT / "chapters" / "bias_variance.md").read_text(encoding="utf-8")
    drawn = ast.literal_eval(re.search(r"^RUNS = (\{.*?^\})", text, re.MULTILINE | re.DOTALL)[1])
    rows = re.findall(r"^\| ([A-H]) \| (\d+) \| ([\d, ]+) \| ([\d, ]+) \|$", text, re.MULTILINE)
    told = {name: (int(best), *map(ast.literal_eval, errors)) for name, best, *errors in rows}
    assert told == drawn
    counted = {name: (train[-1] - best > GAP, dev[-1] - train[-1] > GAP) for name, (best, train, dev) in told.items()}
    words = {(True, False): "bias", (False, True): "variance", (True, True): "both", (False, False): "neither"}
    assert {name: words[gaps] for name, gaps in counted.items()} == model.load("bias_variance/eight_curves").solution
