"""What every command pays before it begins."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize("module", ["autograder.classroom", "autograder.live"])
def test_notebooks_are_read_without_a_parser_of_addresses(module):
    """jsonschema from 4.25 on compiles forty grammars of web addresses as it is imported, which takes seconds."""
    code = f"import {module}, sys; print('lark' in sys.modules)"
    assert subprocess.check_output((sys.executable, "-c", code), text=True).strip() == "False"
