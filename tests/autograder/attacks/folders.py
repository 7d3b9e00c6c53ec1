"""Attacks that aren't a matter of cells' code: files, folders, cell metadata, and files that aren't notebooks.

Each function makes a submission: `folder` is ``submitted/<student>/toy``, `notebook` the release. Its docstring is
the same header as in the files in `notebooks/`.
"""

import copy
import io
import json
import os
import zipfile
from pathlib import Path

import nbformat
from nbformat import v4

RIGHT_DOUBLE = "def double(a):\n    return 2 * a"
SCRIPT = "<script>document.title = 'hacked'</script>"


def untouched(folder, notebook):
    """Hand the release in as it is.

    Must get: 0.
    """
    _write(folder, notebook)


def skip_execution(folder, notebook):
    """Tag every cell to be skipped or allowed to fail, and give it full points as an existing output.

    Must get: 0.
    """
    for cell in notebook.cells:
        cell.metadata["tags"] = ["skip-execution", "raises-exception", "nbgrader-ignore"]
        if cell.metadata.nbgrader.grade and cell.cell_type == "code":
            cell.outputs = [v4.new_output("execute_result", {"text/plain": "2.0"}, execution_count=1)]
            cell.execution_count = 1
    _write(folder, notebook)


def more_points(folder, notebook):
    """Write different points into the cells' metadata, edit the graded cells, and mark them as answers.

    Must get: share 1.
    """
    for cell in notebook.cells:
        if cell.metadata.nbgrader.grade:
            cell.metadata.nbgrader |= {"points": 100, "locked": False, "solution": True}
            cell.source = "100.0"
    _write(folder, notebook, share="share = 0.75")


def deleted_graded_cells(folder, notebook):
    """Delete the graded cells, so that nothing is asked.

    Must get: share 1.
    """
    notebook.cells = [cell for cell in notebook.cells if not cell.metadata.nbgrader.grade]
    _write(folder, notebook, share="share = 0.75")


def duplicated_cells(folder, notebook):
    """Hand in every cell three times, ids and metadata included; the last answer counts.

    Must get: double 2.
    """
    notebook.cells = [copy.deepcopy(cell) for cell in notebook.cells for _ in range(3)]
    _write(folder, notebook, double=RIGHT_DOUBLE)


def renamed_cells(folder, notebook):
    """Swap the names of two answer cells, and of two graded cells: each is judged where it is.

    Must get: double 2, share 1.
    """
    cells = {cell.id: cell for cell in notebook.cells}
    cells["double-answer"].source, cells["share-answer"].source = RIGHT_DOUBLE, "share = 0.75"
    for one, other in (("double-answer", "share-answer"), ("double", "share")):
        for name, new in ((one, other), (other, one)):
            cells[name].metadata.nbgrader.grade_id = cells[name].id = new
    _write(folder, notebook)


def renamed_to_nothing(folder, notebook):
    """Give every cell a name that does not exist, or none; locked cells are recognized by their text.

    Must get: double 2.
    """
    for number, cell in enumerate(notebook.cells):
        if cell.id == "double-answer":
            cell.source = RIGHT_DOUBLE
        cell.id = f"other-{number}"
        cell.metadata = {} if number % 2 else {"nbgrader": {"grade_id": "../../../x", "grade": True, "points": 9}}
    _write(folder, notebook)


def retyped_cells(folder, notebook):
    """Make every code cell Markdown, and every Markdown cell code.

    Must get: double 2.
    """
    for cell in notebook.cells:
        if cell.id == "double-answer":
            cell.source = RIGHT_DOUBLE
        cell.cell_type = "markdown" if cell.cell_type == "code" else "code"
    (folder / "toy.ipynb").write_text(json.dumps(notebook))


def repointed_cells(folder, notebook):
    """Point two answers to one graded cell, the wrong one last.

    Must get: double 0.
    """
    for source in (RIGHT_DOUBLE, "def double(a):\n    return a"):
        cell = v4.new_code_cell(source, id="double-answer" if "2" in source else "again")
        cell.metadata["nbgrader"] = {"grade_id": "double-answer", "solution": True, "grade": False, "locked": False}
        notebook.cells.append(cell)
    notebook.cells = [cell for cell in notebook.cells if cell.source != "" and cell.id != "double"]
    _write(folder, notebook)


def reversed_cells(folder, notebook):
    """Hand in all cells in reverse order: each answer is judged where it is.

    Must get: share 1.
    """
    notebook.cells.reverse()
    _write(folder, notebook, share="share = 0.75")


def moved_answers(folder, notebook):
    """Move one answer to the end, swap the code of two others, and leave a blank copy of a third below it.

    Must get: double 2, share 1, total 2.
    """
    cells = {cell.id: cell for cell in notebook.cells}
    cells["double-answer"].source = RIGHT_DOUBLE
    cells["total-answer"].source = "def total(term, n):\n    return sum(term(i) for i in range(n))"
    cells["share-answer"].source, cells["noisy-answer"].source = "def noisy(a):\n    return a", "share = 0.75"
    blank = copy.deepcopy(cells["total-answer"])
    blank.source = "def total(term, n):\n    pass"
    notebook.cells.insert(notebook.cells.index(cells["total-answer"]) + 1, blank)
    notebook.cells.append(notebook.cells.pop(notebook.cells.index(cells["double-answer"])))
    _write(folder, notebook)


def package_beside(folder, notebook):
    """Import a package from the notebook's folder and read a table from a folder there, which is honest.

    Must get: double 2, share 1.
    """
    for name, text in (
        ("own/__init__.py", ""),
        ("own/maths.py", "def twice(a):\n    return 2 * a\n"),
        ("data/x.csv", "3"),
    ):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    double = "from own.maths import twice\ndef double(a):\n    return twice(a)"
    _write(folder, notebook, double=double, share="share = float(open('data/x.csv').read()) / 4")


def many_folders_beside(folder, notebook):
    """Hand in 3,000 folders, each inside the one before or next to it, with a link to the whole disk among them.

    Must get: share 1.
    """
    inner = folder
    for number in range(3000):
        (inner / f"folder-{number}").mkdir()
        inner = inner / f"folder-{number}" if number < 40 else folder
    (folder / "folder-0" / "all").symlink_to("/", target_is_directory=True)
    _write(folder, notebook, share="share = 0.75")


def commands_without_end(folder, notebook):
    """Write a thousand lines of magics into each of five cells, which takes IPython quadratic time.

    Must get: share 1.
    """
    for line in ("%time 1", "x = %time 1", "!true", "print?", "%time " * 40 + "1"):
        notebook.cells.append(v4.new_code_cell("if 0:\n" + f"    {line}\n" * 1000))
    _write(folder, notebook, share="share = 0.75")


def shadowing_modules(folder, notebook):
    """Put modules next to the notebook that are named like imported ones: numpy, json, autograder, torch.

    Must get: share 1.
    """
    for name in ("numpy", "json", "autograder", "torch", "nbformat", "sitecustomize", "IPython", "base64", "gradebook"):
        (folder / f"{name}.py").write_text("raise SystemExit('shadowed')\nallclose = lambda *a, **k: True\n")
    _write(folder, notebook, share="import numpy, json, torch\nshare = 0.75")


def helper_module(folder, notebook):
    """Import one's own module from the notebook's folder, which is honest.

    Must get: double 2.
    """
    (folder / "helper.py").write_text("def twice(a):\n    return 2 * a\n")
    _write(folder, notebook, double="from helper import twice\ndef double(a):\n    return twice(a)")


def large_file_beside(folder, notebook):
    """Hand in 12 MB of data next to the notebook, which is read.

    Must get: share 1.
    """
    (folder / "data.bin").write_bytes(bytes(12 * 2**20))
    _write(folder, notebook, share="share = 0.75 if len(open('data.bin', 'rb').read()) == 12 * 2**20 else 0.0")


def huge_file_beside(folder, notebook):
    """Hand in 4 GB of data next to the notebook.

    Must get: share 1.
    """
    _sparse(folder / "data.bin", 4 * 2**30)
    _write(folder, notebook, share="share = 0.75")


def huge_timestamp(folder, notebook):
    """Hand in a submission timestamp of 2 GB.

    Must get: share 1.
    """
    _sparse(folder / "timestamp.txt", 2 * 2**30)
    _write(folder, notebook, share="share = 0.75")


def zone_is_a_path(folder, notebook):
    """Name a file outside the time zone database as the zone of the submission time.

    Must get: share 1.
    """
    _write(folder, notebook, share="share = 0.75")
    (folder / "timestamp.txt").write_text("2026-02-02 10:00:00 ../../../etc/passwd")


def many_files_beside(folder, notebook):
    """Hand in 3,000 files next to the notebook, with names that aren't text.

    Must get: share 1.
    """
    for number in range(3000):
        (folder / f"file-{number}").write_bytes(b"x")
    open(os.fsencode(folder) + b"/\xff\xfe\n;rm -rf .txt", "wb").close()
    _write(folder, notebook, share="share = 0.75")


def links_beside(folder, notebook):
    """Hand in links to the gradebook, to the secret seed, to another student's notebook and to the whole disk.

    Must get: double 0.
    """
    root = folder.parents[2]
    for name in ("gradebook.db", "secret_seed", "submitted/zz-innocent/toy/toy.ipynb", "pinned"):
        (folder / name.replace("/", "-")).symlink_to(root / name)
    (folder / "all").symlink_to("/")
    _write(folder, notebook, double="import os\ndef double(a):\n    return 2 * a if os.listdir('.') else a")


def linked_notebook(folder, notebook):
    """Hand in a link to another student's notebook as one's own.

    Must get: 0.
    """
    (folder / "toy.ipynb").symlink_to(folder.parents[1] / "zz-innocent" / "toy" / "toy.ipynb")


def linked_folder(folder, notebook):
    """Hand in a link to another student's whole submission as one's own.

    Must get: 0.
    """
    folder.rmdir()
    folder.symlink_to(folder.parents[1] / "zz-innocent" / "toy", target_is_directory=True)


def linked_student(folder, notebook):
    """Hand in a link to everything that another student has handed in, as one's own folder.

    Must get: 0.
    """
    folder.rmdir()
    folder.parent.rmdir()
    folder.parent.symlink_to(folder.parents[1] / "zz-innocent", target_is_directory=True)


def pipe(folder, notebook):
    """Hand in, as the notebook, a pipe that nobody writes to.

    Must get: 0.
    """
    os.mkfifo(folder / "toy.ipynb")


def folder_for_a_notebook(folder, notebook):
    """Hand in a folder with the notebook's name.

    Must get: 0.
    """
    (folder / "toy.ipynb").mkdir()


def format_3(folder, notebook):
    """Hand in a notebook in format 3, which has worksheets and no cells.

    Must get: 0.
    """
    (folder / "toy.ipynb").write_text(json.dumps(nbformat.convert(notebook, 3)))


def latin_1(folder, notebook):
    """Hand in a file in Latin-1, which is not a notebook's encoding.

    Must get: double 2.
    """
    _write(folder, notebook, double=RIGHT_DOUBLE)
    text = nbformat.writes(notebook).replace("Write your answer", "Schönes Wetter")
    (folder / "toy.ipynb").write_bytes(text.encode("latin-1"))


def truncated(folder, notebook):
    """Hand in the first half of a file.

    Must get: 0.
    """
    _write(folder, notebook, double=RIGHT_DOUBLE)
    content = (folder / "toy.ipynb").read_bytes()
    (folder / "toy.ipynb").write_bytes(content[: len(content) // 2])


def empty_file(folder, notebook):
    """Hand in an empty file.

    Must get: 0.
    """
    (folder / "toy.ipynb").touch()


def megabytes_200(folder, notebook):
    """Hand in a notebook of 200 MB.

    Must get: 0.
    """
    _write(folder, notebook, double=RIGHT_DOUBLE)
    _sparse(folder / "toy.ipynb", 200 * 10**6)


def zipped(folder, notebook):
    """Hand in a zip under the notebook's name, and another that would unpack over the gradebook.

    Must get: 0.
    """
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in ("toy.ipynb", "../../../gradebook.db", "/etc/cron.d/mine", "../../zz-innocent/toy/toy.ipynb"):
            archive.writestr(name, nbformat.writes(notebook))
    (folder / "toy.ipynb").write_bytes(packed.getvalue())
    (folder / "toy.zip").write_bytes(packed.getvalue())


def json_bomb(folder, notebook):
    """Hand in JSON nested 100,000 deep, which no parser likes.

    Must get: 0.
    """
    (folder / "toy.ipynb").write_text('{"cells": ' + "[" * 100_000 + "]" * 100_000 + "}")


def strange_json(folder, notebook):
    """Hand in cells that are numbers, sources that are objects, and metadata that is a list.

    Must get: 0.
    """
    cells = [1, None, {"cell_type": ["code"], "source": {}}, {"cell_type": "code", "source": [1], "metadata": []}]
    (folder / "toy.ipynb").write_text(json.dumps({"cells": cells, "nbformat": "four"}))


def strange_metadata(folder, notebook):
    """Hand in malformed metadata, ids, outputs and versions; only the text of cells counts.

    Must get: share 1.
    """
    content = json.loads(nbformat.writes(notebook))
    for cell in content["cells"]:
        if cell["id"] == "share-answer":
            cell["source"] = "share = 0.75"
        cell |= {"outputs": 5, "execution_count": "x" * 1000, "attachments": [], "metadata": cell["metadata"] | {"": 1}}
    content |= {"nbformat": -1, "metadata": {"kernelspec": {"name": "bash", "argv": ["rm", "-rf", "/"]}}}
    (folder / "toy.ipynb").write_text(json.dumps(content))


def surrogates_and_nulls(folder, notebook):
    """Write invalid characters into cells: lone surrogates, null bytes, marks that reverse the text.

    Must get: share 1.
    """
    notebook.cells.insert(1, v4.new_code_cell("x = '\x00'"))
    notebook.cells.insert(1, v4.new_markdown_cell("\u202e\x00\x1b[31m " + SCRIPT))
    text = nbformat.writes(notebook).replace("share = ...", r"share = 0.75 # \ud800")
    (folder / "toy.ipynb").write_text(text)


def deep_answers(folder, notebook):
    """Write answers nested a thousand deep, which a parser refuses and a printer does not survive.

    Must get: share 1.
    """
    deep = "double = a" + ".b" * 20_000
    _write(folder, notebook, double=deep, noisy="noisy = " + "-" * 50_000 + "1", share="share = 0.75")


def long_numbers(folder, notebook):
    """Write answers with numbers of more digits than Python prints, and one that is itself such a number.

    Must get: double 2, share 1.
    """
    number = f"0x{'f' * 9000}"
    double = f"def double(a):\n    {number}\n    return 2 * a"
    _write(folder, notebook, double=double, noisy=f"noisy = {number}", share=f"share = 0.75 if {number} else 0")


def many_cells(folder, notebook):
    """Hand in 10,000 cells of the student's own, which is more than is read.

    Must get: 0.
    """
    own = [{"cell_type": "code", "source": "1", "metadata": {}} for _ in range(10_000)]
    content = json.loads(nbformat.writes(notebook))
    for cell in content["cells"]:
        if cell["id"] == "share-answer":
            cell["source"] = "share = 0.75"
    content["cells"] += own
    (folder / "toy.ipynb").write_text(json.dumps(content))


def many_deadly_cells(folder, notebook):
    """Hand in 15 cells that each end Python, so that the notebook has to be run again after each.

    Must get: share 1.
    """
    for _ in range(15):
        notebook.cells.append(v4.new_code_cell("import os\nos._exit(1)"))
    _write(folder, notebook, share="share = 0.75")


def kept_outputs(folder, notebook):
    """Hand in outputs that contain scripts, which count for nothing and are not shown.

    Must get: share 1.
    """
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [v4.new_output("display_data", {"text/html": SCRIPT, "application/javascript": "alert(1)"})]
    _write(folder, notebook, share="share = 0.75")


def another_topic(folder, notebook):
    """Hand in a second folder, for an assignment that does not exist, and one that leads out of the class.

    Must get: share 1.
    """
    (folder.parent / "toys").mkdir()
    (folder.parent / "..evil").mkdir()
    _write(folder, notebook, share="share = 0.75")


def impossible_ids(folder, notebook):
    """Hand in for students whose names aren't text, or are a pattern, a script, a formula or columns of a table.

    Must get: share 1.
    """
    script = (b"<img src=x onerror=alert(1)>", b'";alert(1);"', b"\\", b"=cmd|' !A0", b"a,,,,9,0,9,9")
    for name in (b"a\nb", "\u202etxt.exe".encode(), b"\xff\xfe", b"\x1b[31m", b"[a-z]*", b"zz-innocen?", *script):
        other = Path(os.fsdecode(os.fsencode(folder.parents[1]) + b"/" + name)) / "toy"
        other.mkdir(parents=True)
        _write(other, notebook)
    _write(folder, notebook, share="share = 0.75")


def another_name(folder, notebook):
    """Hand in the notebook under a name with a script and a path in it; the only one there is gets taken.

    Must get: share 1.
    """
    _write(folder, notebook, share="share = 0.75")
    (folder / "toy.ipynb").rename(folder / "<img src=x onerror=alert(1)>..%2f..ipynb")


def a_long_answer(folder, notebook):
    """Hand in an answer of 900 kB, each line of which is parsed and shown in colour.

    Must get: share 1.
    """
    _write(
        folder,
        notebook,
        double="def double(a):\n" + "    a = a * 2 + (1, [2, {3: 4}])[0]\n" * 25_000,
        share="share = 0.75",
    )


def many_long_cells(folder, notebook):
    """Hand in ten cells of 80 kB each before the answers, in code and in Markdown.

    Must get: share 1.
    """
    for kind in (v4.new_code_cell, v4.new_markdown_cell):
        notebook.cells[1:1] = [kind("x = 1  # *a*\n" * 6000) for _ in range(5)]
    _write(folder, notebook, share="share = 0.75")


def _write(folder, notebook, **sources):
    for cell in notebook.cells:
        if (name := cell.id.removesuffix("-answer")) in sources and cell.metadata.nbgrader.solution:
            cell.source = sources[name]
    (folder / "toy.ipynb").write_text(json.dumps(notebook))


def _sparse(path, size):
    """Make a file of this size, or grow one to it, without writing its contents."""
    with path.open("ab") as file:
        file.truncate(size)
