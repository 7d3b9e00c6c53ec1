"""The instructor's commands: see `parsers` for what they take, and `actions` for what they do."""

from .parsers import add_class_commands
from .running import not_installed, spare_grammar, warn_of_namesake

__all__ = ["add_class_commands", "not_installed", "spare_grammar", "warn_of_namesake"]
