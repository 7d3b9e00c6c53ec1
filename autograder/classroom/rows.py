"""The gradebook's rows as grading and feedback ask for them: many at once, where nbgrader asks for each one."""

from nbgrader.api import Assignment, Notebook, SubmittedAssignment, SubmittedNotebook


def of_submissions(query, kind):
    """Return a query for grades or comments, joined with the submissions and assignments that they belong to."""
    return (
        query.join(SubmittedNotebook, SubmittedNotebook.id == kind.notebook_id)
        .join(Notebook, Notebook.id == SubmittedNotebook.notebook_id)
        .join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
        .order_by(kind.id)
    )
