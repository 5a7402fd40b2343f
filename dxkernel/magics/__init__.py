"""Commands that every front end understands."""
