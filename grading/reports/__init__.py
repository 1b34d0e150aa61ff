"""Pages that people read: a student's feedback, and a report on a lesson."""
