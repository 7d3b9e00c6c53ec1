"""Where a student's code runs: a process of its own, forked from a warm one, with nothing of ours in sight.

`client` is the judge's end, with an end to each question (`deadline`); `server` starts the interpreter that `warm`
returns, an `interpreter` that forks and is the `keeper` of its forks; `session` is what a fork does, `shell` how it runs
a cell; `isolate` takes everything away that an answer does not need, and `wire` lies between. `run` is a submission from
its first cell to its last.
"""
