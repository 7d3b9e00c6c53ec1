"""By which names an answer's parameters go: those of the reference, which its own should have."""

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
        """Return the template of what an operation on the handle gives."""
        if operation == "call":
            return replace(self, reference=None, label="") if self.reference is self.members else Template()
        (name,) = args
        return Template(getattr(self.members, name, None), label=name)

    def names(self, args, kwargs):
        """Return the names of the arguments of a call, in the order of both together."""
        places, rest = self._places()
        unnamed = [rest or f"argument {place + 1}" for place in range(len(places), len(args))]
        return [*places[: len(args)], *unnamed, *kwargs]

    def _places(self):
        try:
            parameters = list(inspect.signature(self.reference).parameters.values())
        except (TypeError, ValueError):
            return [], None
        if self.label and inspect.isfunction(self.reference):  # a method, looked up on its class
            parameters = parameters[1:]
        rest = [parameter.name for parameter in parameters if parameter.kind is inspect.Parameter.VAR_POSITIONAL]
        return [parameter.name for parameter in parameters if parameter.kind in _PLACES], rest[0] if rest else None
