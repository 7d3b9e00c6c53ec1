"""dnnkit: the reference of *Tuning Deep Networks*, in NumPy, small enough to be read in an evening.

A topic is one room, a module or a package: ``from dnnkit import dropout`` and then ``dropout.inverted_dropout(...)``.
Only ``dnnkit.pytorch`` needs more than NumPy, torch, and ``dnnkit.quiz`` what shows a quiz in a notebook.

Public functions look at their arguments first. What is of the wrong type raises a TypeError; what has another shape, is
out of its range, empty, NaN or infinite a ValueError; and the message names the argument, what was expected and what
came. *Raises* tells what else may happen. Arrays may come as lists; float32 is computed with as float32, float64 and
integers as float64, and half precision is refused. No argument is changed.
"""
