"""The course as it is published: ``python -m publish`` makes a site from the built book, for any static server.

There is one module per concern: :mod:`~publish.site` (what the folder holds), :mod:`~publish.own` (all that pages load
comes from the site), :mod:`~publish.policy` (which scripts may run), :mod:`~publish.found` (how pages are found and
shared), :mod:`~publish.cards` (a picture for each chapter), :mod:`~publish.launch` (where an assignment is opened),
:mod:`~publish.branch` (what is opened there) and :mod:`~publish.links` (whether links lead anywhere). None of it is in
the installed package.
"""
