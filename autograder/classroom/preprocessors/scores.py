"""Take the scores of a notebook that has run, by nbgrader's rules."""

from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import compute_checksum, determine_grade, is_grade, is_solution

NO_RESPONSE = "No response."


class TakeScores(NbGraderPreprocessor):
    """Put each cell's score and comment into the resources, whereas nbgrader's ``SaveAutoGrades`` opens the gradebook.

    ``scores`` has the points of a graded cell, or None where a person has to give them; ``comments`` has nbgrader's
    comment on an answer's cell, or None.
    """

    def preprocess(self, nb, resources):
        named = {cell.metadata.nbgrader.grade_id: cell for cell in nb.cells if "grade_id" in _marks(cell)}
        resources["scores"] = {
            name: determine_grade(cell, self.log)[0] for name, cell in named.items() if is_grade(cell)
        }
        resources["comments"] = {
            name: NO_RESPONSE if _marks(cell).get("checksum") == compute_checksum(cell) else None
            for name, cell in named.items()
            if is_solution(cell)
        }
        return nb, resources


def _marks(cell):
    return cell.metadata.get("nbgrader", {})
