"""What every command pays before it begins."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize("module", ["autograder.classroom", "autograder.live"])
def test_notebooks_are_read_without_a_parser_of_addresses(module):
    """Since 4.25, jsonschema compiles forty grammars of web addresses when it is imported, which takes seconds."""
    code = f"import {module}, sys; print('lark' in sys.modules)"
    assert subprocess.check_output((sys.executable, "-c", code), text=True).strip() == "False"
