"""Benchmarks: what is written is what was measured, and a ratio above 1 means that ours is ahead."""

import json
import sys
import time
from types import SimpleNamespace

import pytest

from bench import __main__ as bench
from bench.record import Record, paired


def test_a_ratio_above_one_means_that_ours_is_ahead():
    ours, other, ratio = paired(lambda: None, lambda: time.sleep(0.002), runs=3)
    assert ours < other
    assert ratio > 1


def test_records_are_written_and_shown(tmp_path, monkeypatch, capsys):
    records = [
        Record("fast", 1.0, 3.0, 3.0, "s", "> 2", True),
        Record("slow", 300.0, None, None, "ms", "< 250", False),
    ]
    monkeypatch.setattr(bench, "QUICK", {"toy": SimpleNamespace(run=lambda: iter(records))})
    monkeypatch.setattr(bench, "ALL", bench.QUICK)
    monkeypatch.setattr(bench, "TARGET", tmp_path / "build" / "bench.json")
    monkeypatch.setattr(sys, "argv", ["bench"])
    bench.main()
    written = json.loads((tmp_path / "build" / "bench.json").read_text())
    assert [record["name"] for record in written] == ["fast", "slow"]
    assert set(written[0]) == {"name", "ours", "other", "ratio", "unit", "goal", "met"}
    assert written[1]["met"] is False
    assert "slow" in capsys.readouterr().out


def test_an_unknown_name_is_refused(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["bench", "speed"])
    with pytest.raises(SystemExit):
        bench.main()
    assert "there is no benchmark speed; there are train_step" in capsys.readouterr().err
