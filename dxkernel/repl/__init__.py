"""The terminal REPL: keys and the engine's events in, text out. Only this package imports prompt_toolkit.

`app` starts it, `repl` is its loop; each other module answers one question that a prompt asks.
"""
