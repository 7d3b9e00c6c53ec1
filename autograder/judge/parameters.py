"""The names of an answer's parameters: those of the reference, which its own should have."""

import functools
import inspect
from dataclasses import dataclass, replace
from typing import Any

_PLACES = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


@dataclass(frozen=True)
class Template:
    """What a handle of the answer should be like: the reference itself, a method of it, or an instance (`members`)."""

    reference: Any = None
    members: Any = None
    label: str = ""

    @classmethod
    def of(cls, reference):
        """Return the template of a submission."""
        return cls(reference, reference if inspect.isclass(reference) else None)

    def after(self, operation, args):
        """Return the template of what an operation on the handle returns."""
        if operation == "call":
            return replace(self, reference=None, label="") if self.reference is self.members else Template()
        (name,) = args
        return Template(getattr(self.members, name, None), label=name)

    def names(self, args, kwargs):
        """Return the names of the arguments of a call, positional ones first."""
        # A method is looked up on its class, and so has `self` in front.
        places, rest = _places(self.reference, bool(self.label)) if callable(self.reference) else ((), None)
        unnamed = [rest or f"argument {place + 1}" for place in range(len(places), len(args))]
        return [*places[: len(args)], *unnamed, *kwargs]


@functools.lru_cache(maxsize=64)  # a check may call an answer a thousand times
def _places(reference, is_method):
    """Return the names of the positional parameters, and that of the rest or None."""
    try:
        parameters = list(inspect.signature(reference).parameters.values())
    except (TypeError, ValueError):
        return (), None
    if is_method and inspect.isfunction(reference):
        parameters = parameters[1:]
    rest = [parameter.name for parameter in parameters if parameter.kind is inspect.Parameter.VAR_POSITIONAL]
    return tuple(p.name for p in parameters if p.kind in _PLACES), rest[0] if rest else None
