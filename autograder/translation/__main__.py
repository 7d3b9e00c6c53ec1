"""Write the templates of all catalogues, and bring up to date those that there are."""

from pathlib import Path

from .catalogues import update

for line in update(Path("build") / "messages"):
    print(line)
