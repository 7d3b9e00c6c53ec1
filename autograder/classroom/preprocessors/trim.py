"""Take the blank end off every cell."""

from nbgrader.preprocessors import NbGraderPreprocessor


class TrimCells(NbGraderPreprocessor):
    """Strip trailing white space from cells.

    After ``ClearSolutions`` with an empty stub a released answer cell is then the chapter's starter, to the letter.
    """

    def preprocess_cell(self, cell, resources, cell_index):
        cell.source = cell.source.rstrip()
        return cell, resources
