"""The API pages hold every public name of dnnkit, with its docstring and without its source."""

import importlib
import inspect
import pkgutil
import re

import pytest

import dnnkit

MODULES = [module.name for module in pkgutil.iter_modules(dnnkit.__path__) if not module.name.startswith("_")]


def public(module):
    """Return the functions and classes that a module defines for others: those in `__all__`, if it has one."""
    found = importlib.import_module(f"dnnkit.{module}")
    names = getattr(found, "__all__", [name for name in vars(found) if not name.startswith("_")])
    return {
        name: thing
        for name, thing in ((name, getattr(found, name)) for name in names)
        if (inspect.isfunction(thing) or inspect.isclass(thing))
        and f"{thing.__module__}.".startswith(f"dnnkit.{module}.")  # of the module, or of a part of the package
    }


@pytest.mark.parametrize("module", MODULES)
def test_every_public_name_is_described(module, pages):
    page = pages[f"chapters/api/{module}.html"]
    for name, thing in public(module).items():
        entry = page.find(id=f"dnnkit.{module}.{name}")
        assert entry, f"dnnkit.{module}.{name} has no docstring or no entry"
        first_word = re.sub(r":\w+:`~?([^`]*)`", r"\1", inspect.getdoc(thing)).split()[0]
        assert first_word in entry.find_next_sibling("dd").get_text()


@pytest.mark.parametrize("module", MODULES)
def test_overview_links_every_module(module, pages):
    assert pages["chapters/api.html"].select(f'article a[href^="api/{module}.html"]')


def test_sources_are_not_viewable(html, pages):
    assert not (html / "_modules").exists()
    assert not any(page.select("a.viewcode-link, .viewcode-link") for page in pages.values())


def test_formulas_are_typeset(pages):
    assert pages["chapters/api/dropout.html"].select("dd div.math")


def test_sections_of_docstrings_are_headings_not_text(pages):
    for name, page in pages.items():
        if name.startswith("chapters/api/"):
            assert "-------" not in page.find("article").get_text(), name
