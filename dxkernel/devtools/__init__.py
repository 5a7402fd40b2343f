"""Debugging and error tools that every front end shares."""
