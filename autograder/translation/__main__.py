"""Write the templates of all catalogues, and update those that exist."""

from pathlib import Path

from .catalogues import update

for line in update(Path("build") / "messages"):
    print(line)
