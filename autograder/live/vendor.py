"""Fetch what pages load from other hosts, so that a site can serve it itself: ``make vendor``.

The files go to ``build/vendor``. A build publishes them if ``live_pyodide`` and ``live_modules`` in ``_config.yml``
name the folders ``pyodide/`` and ``modules/`` of the site; ``make site`` copies them into its own site.
"""

import json
import shutil
import sys
import urllib.request

from autograder.chapter import ROOT
from autograder.live.decorate import EDITOR, MODULES, PYODIDE, VENDOR

CORE = ("pyodide.mjs", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json")
MATHJAX = "mathjax@3.2.2/es5/"
# What MathJax may ask for: the component that pages name, its fonts, the extensions that commands in formulas load, and
# what its menu offers to readers who have formulas read to them.
FONTS = """
AMS-Regular Calligraphic-Bold Calligraphic-Regular Fraktur-Bold Fraktur-Regular Main-Bold Main-Italic Main-Regular
Math-BoldItalic Math-Italic Math-Regular SansSerif-Bold SansSerif-Italic SansSerif-Regular Script-Regular Size1-Regular
Size2-Regular Size3-Regular Size4-Regular Typewriter-Regular Vector-Bold Vector-Regular Zero
"""
EXTENSIONS = """
action all-packages ams amscd autoload bbox boldsymbol braket bussproofs cancel cases centernot color colortbl colorv2
configmacros empheq enclose extpfeil gensymb html mathtools mhchem newcommand noerrors noundefined physics require
setoptions tagformat textcomp textmacros unicode upgreek verb
"""
READING = "assistive-mml complexity explorer semantic-enrich sre"
SPOKEN = "base en nemeth"
FORMULAS = (
    "tex-mml-chtml.js",
    *(f"output/chtml/fonts/woff-v2/MathJax_{name}.woff" for name in FONTS.split()),
    *(f"input/tex/extensions/{name}.js" for name in EXTENSIONS.split()),
    *(f"a11y/{name}.js" for name in READING.split()),
    *(f"sre/mathmaps/{name}.json" for name in SPOKEN.split()),
)
DONE = "fetched.json"  # what was fetched and from where, written when all of it is there


def fetch(folder, pyodide=PYODIDE, modules=MODULES):
    """Fetch Pyodide with NumPy, the editor's modules and MathJax into `folder`, one file at a time.

    Nothing is fetched twice: each address contains its version.
    """
    wanted = json.dumps([pyodide, modules, EDITOR, MATHJAX, FORMULAS])
    done = folder / DONE
    if done.exists():
        if done.read_text() == wanted:
            return
        shutil.rmtree(folder)
    for name in CORE:
        _fetch(pyodide + name, folder / "pyodide" / name)
    lock = json.loads((folder / "pyodide" / "pyodide-lock.json").read_text())
    wheel = lock["packages"]["numpy"]["file_name"]
    _fetch(pyodide + wheel, folder / "pyodide" / wheel)
    for name, path in EDITOR.items():
        _fetch(f"{modules}{name}@{path}", folder / "modules" / f"{name}@{path}")
    for name in FORMULAS:
        _fetch(f"{modules}{MATHJAX}{name}", folder / "mathjax" / "es5" / name)
    done.write_text(wanted)


def _fetch(address, path):
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.part")
    with urllib.request.urlopen(address, timeout=60) as response, unfinished.open("wb") as file:
        shutil.copyfileobj(response, file)
    unfinished.replace(path)
    print(f"fetched {address}")


if __name__ == "__main__":
    try:
        fetch(ROOT / VENDOR)
    except OSError as error:
        sys.exit(f"not everything could be fetched: {error}")
