"""dnnkit: the reference of *Tuning Deep Networks*, in NumPy, small enough to be read in an evening.

A topic is one room, a module or a package: ``from dnnkit import dropout`` and then ``dropout.inverted_dropout(...)``.
Importing the package loads neither torch nor matplotlib.
"""
