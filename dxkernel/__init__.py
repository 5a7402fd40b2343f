"""Interactive JavaScript and TypeScript: a Jupyter kernel, a REPL and a script runner over one Node.js engine."""

__version__ = "0.1.0"
