"""The `dx` command."""
