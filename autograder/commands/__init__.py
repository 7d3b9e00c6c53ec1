"""The instructor's commands: see `parsers` for what they take, and `actions` for what they do."""

from .parsers import add_class_commands
from .running import INSTALL, spare_grammar, warn_of_namesake

__all__ = ["INSTALL", "add_class_commands", "spare_grammar", "warn_of_namesake"]
