"""Run chapters/practitioner.ipynb, which trains for minutes, and keep its cells' outputs in it.

For maintainers: ``OMP_NUM_THREADS=1 python tools/run_practitioner.py``, after a change to its cells. The book shows the
notebook as it is; a test makes sure that it was run with its current code (`digest`), and runs it with fewer images.
"""

import argparse
import hashlib
from pathlib import Path

import nbformat
from nbclient import NotebookClient

NOTEBOOK = Path(__file__).resolve().parents[1] / "chapters" / "practitioner.ipynb"
# With a CPU build of torch, torchvision lacks its compiled operators, and stumbles over two that are not used.
SPARE = """
import torch
try:
    import torchvision
except RuntimeError:
    spared = torch.library.Library("torchvision", "FRAGMENT")
    for operator in ("nms", "qnms"):
        spared.define(f"{operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
"""


def digest(notebook):
    """Return a text that distinguishes a notebook's code from any other."""
    cells = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    return hashlib.sha256(repr(cells).encode()).hexdigest()[:16]


def main():
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    notebook.cells.insert(0, nbformat.v4.new_code_cell(SPARE))
    NotebookClient(notebook, timeout=3600, record_timing=False).execute()
    del notebook.cells[0]
    for number, cell in enumerate((c for c in notebook.cells if c.cell_type == "code"), start=1):
        cell.execution_count = number
        for output in cell.outputs:
            output.pop("execution_count", None)
    notebook.metadata["run"] = digest(notebook)
    nbformat.write(notebook, NOTEBOOK)


if __name__ == "__main__":
    argparse.ArgumentParser(description=__doc__.partition("\n")[0]).parse_args()
    main()
