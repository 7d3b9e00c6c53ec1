"""The practitioner's notebook was run as it is, and runs with any model: here with fewer images."""

import io
from contextlib import redirect_stdout

import nbformat
import pytest

from tests.dnnkit.pytorch.test_models import package
from tools import run_practitioner

NOTEBOOK = nbformat.read(run_practitioner.NOTEBOOK, as_version=4)
CELLS = [cell for cell in NOTEBOOK.cells if cell.cell_type == "code"]
FEW = "MODEL, N_TRAIN, N_DEV, EPOCHS, STEPS, SEEDS = 'squeezenet1_1', 80, 20, 1, 9, range(2)"


def test_what_it_shows_is_from_a_run_of_these_cells():
    assert NOTEBOOK.metadata["run"] == run_practitioner.digest(NOTEBOOK), "run tools/run_practitioner.py"
    assert [cell.execution_count for cell in CELLS] == list(range(1, len(CELLS) + 1))
    outputs = [output for cell in CELLS for output in cell.outputs]
    assert {output.output_type for output in outputs} == {"stream"}
    assert all(output.name == "stdout" for output in outputs)
    assert max(len(line) for cell in CELLS for line in cell.source.splitlines()) <= 84


@pytest.mark.models
def test_it_goes_through_all_steps():
    package("torchvision")
    names, shown = {}, []
    for cell in CELLS:
        with redirect_stdout(io.StringIO()) as printed:
            exec(FEW if "parameters" in cell.metadata.get("tags", ()) else cell.source, names)
        shown.append(printed.getvalue())
    assert names["report"].verdict == "stable"
    assert [bool(text) for text in shown] == [bool(cell.outputs) for cell in CELLS]
    assert "points" in shown[-1]
    assert "test error" in shown[-1]
