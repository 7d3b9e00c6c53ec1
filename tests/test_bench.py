"""Benchmarks write what they measured, and a ratio above 1 means that ours is ahead."""

import json
import sys
import time
from types import SimpleNamespace

import pytest

from bench import __main__ as bench
from bench import book
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


def test_a_build_of_the_book_is_measured(tmp_path, monkeypatch):
    """Its parts are copied, built twice and timed; a build that fails is an error, not a record."""
    for part in book.PARTS:
        path = tmp_path / "here" / part
        path.parent.mkdir(exist_ok=True)
        path.touch() if path.suffix else path.mkdir()
    command = tmp_path / "build.py"
    command.write_text(
        "import nbformat, pathlib\n"
        "from jupyter_cache import get_cache\nfrom jupyter_cache.base import CacheBundleIn\n"
        "assert {path.name for path in pathlib.Path().iterdir()} >= {'_config.yml', 'chapters', 'dnnkit'}\n"
        "bundle = CacheBundleIn(nbformat.v4.new_notebook(), '', data={'execution_seconds': 12.5})\n"
        "get_cache('_build/.jupyter_cache/chapters-dropout-123').cache_notebook_bundle(bundle, overwrite=True)\n"
    )
    monkeypatch.setattr(book, "ROOT", tmp_path / "here")
    monkeypatch.setattr(book, "COMMAND", (sys.executable, str(command)))
    records = {record.name: record for record in book.run()}
    assert set(records) == {"book_cold_s", "book_unchanged_s", "book_page_s: dropout"}
    assert (records["book_page_s: dropout"].ours, records["book_page_s: dropout"].met) == (12.5, False)
    assert records["book_cold_s"].ours > 0
    command.write_text("raise SystemExit('a page failed')")
    with pytest.raises(RuntimeError, match="a page failed"):
        next(book.run())


def test_an_unknown_name_is_refused(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["bench", "speed"])
    with pytest.raises(SystemExit):
        bench.main()
    assert "there is no benchmark speed; the benchmarks are train_step" in capsys.readouterr().err
