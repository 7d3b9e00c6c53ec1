"""dnnkit: the reference implementation of *Tuning Deep Networks*, in NumPy, small enough to read in an evening.

Each topic is one module or package: ``from dnnkit import dropout``, then ``dropout.inverted_dropout(...)``.
NumPy is all they need, except that ``dnnkit.pytorch`` needs torch and ``dnnkit.quiz`` needs jupyterquiz.

Public functions check their arguments first. An argument of the wrong type raises a TypeError; one that has the wrong
shape, is out of range, empty, NaN or infinite raises a ValueError. The message names the argument, what was expected
and what was passed. *Raises* lists what else may go wrong. Arrays may be passed as lists; float32 stays float32,
float64 and integers are computed as float64, and half precision is refused. No argument is modified.
"""
