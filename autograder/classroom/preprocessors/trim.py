"""Strip the blank end off every cell."""

from nbgrader.preprocessors import NbGraderPreprocessor


class TrimCells(NbGraderPreprocessor):
    """Strip trailing white space from cells.

    After ``ClearSolutions`` with an empty stub, a released answer cell is then exactly the chapter's starter.
    """

    def preprocess_cell(self, cell, resources, cell_index):
        cell.source = cell.source.rstrip()
        return cell, resources
