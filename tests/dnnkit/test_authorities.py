"""The table of what each function is checked against: nothing is missing from it, and nothing in it is made up."""

import csv
import importlib
import inspect
import pkgutil
import re
from pathlib import Path

import jupytext
import pytest
from bs4 import BeautifulSoup

import dnnkit

HERE = Path(__file__).parent
PAGES = HERE.parents[1] / "chapters" / "api"
with (PAGES / "authorities.csv").open(newline="") as file:
    ROWS = list(csv.DictReader(file))
LIBRARIES = {
    "torch": "torch",
    "scipy": "scipy",
    "scikit-learn": "sklearn",
    "sklearn": "sklearn",
    "matplotlib": "matplotlib",
}


def public_functions():
    for module in pkgutil.iter_modules(dnnkit.__path__):
        if not module.name.startswith("_"):
            found = importlib.import_module(f"dnnkit.{module.name}")
            public = getattr(found, "__all__", [name for name in vars(found) if not name.startswith("_")])
            for name in public:
                thing = getattr(found, name)
                own = f"{getattr(thing, '__module__', '')}.".startswith(f"{found.__name__}.")
                if own and inspect.isfunction(thing):
                    yield f"{module.name}.{name}"


def test_every_public_function_has_one_row_and_no_row_is_left_over():
    names = [row["function"] for row in ROWS]
    assert len(set(names)) == len(names)
    assert not sorted(set(public_functions()) - set(names))
    for name in names:
        module, _, attribute = name.rpartition(".")
        thing = getattr(importlib.import_module(f"dnnkit.{module}"), attribute)
        assert f"{thing.__module__}.".startswith(f"dnnkit.{module}."), f"{name} is defined in {thing.__module__}"


@pytest.mark.parametrize("row", ROWS, ids=[row["function"] for row in ROWS])
def test_the_test_exists_and_uses_the_function_and_its_authority(row):
    file, _, test = row["test"].partition("::")
    source = (HERE / file).read_text()
    assert re.search(rf"^def {test}\(", source, re.MULTILINE), f"{file} has no {test}"
    assert row["function"].rpartition(".")[2] in source
    authority = row["authority"]
    assert authority
    for word, library in LIBRARIES.items():
        if re.search(rf"\b{word}\b", authority, re.IGNORECASE):
            assert re.search(rf"^(import|from) {library}\b", source, re.MULTILINE), f"{file} does not import {library}"
    for name in re.findall(r"\b(?:torch|scipy|sklearn)(?:\.\w+)+", authority):
        assert name.rpartition(".")[2] in source, f"{file} does not use {name}"


def test_the_page_shows_all_rows_with_formulas_and_papers():
    notebook = jupytext.read(PAGES / "authorities.md")
    (cell,) = (cell for cell in notebook.cells if cell.cell_type == "code")
    names = {}
    exec(cell.source.replace('Path("authorities.csv")', f"Path({str(PAGES / 'authorities.csv')!r})"), names)
    page = BeautifulSoup(names["table"].data, "html.parser")
    rows = page.select("tbody tr")
    assert len(rows) == len(ROWS)
    cells = {row.select_one("td").get_text(): [cell.get_text() for cell in row.select("td")] for row in rows}
    assert r"\max(z, 0)" in cells["network.relu"][1]
    assert "Nair and Hinton 2010, Rectified linear units" in cells["network.relu"][2]
    assert cells["optimization.adam_step"][3].startswith("torch.optim.Adam")
    assert all(all(text) for text in cells.values())
