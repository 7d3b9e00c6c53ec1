"""Where a student's code runs: a process of its own, forked from a warm one, with nothing of ours in sight.

`client` is the judge's end, `server` the warm interpreter, which is its forks' `keeper`, `session` what a fork does;
`isolate` takes everything away from that fork that an answer does not need, and `wire` is all that lies between.
"""
