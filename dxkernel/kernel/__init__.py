"""The Jupyter kernel: the wire protocol over ZeroMQ on one side, an engine session on the other."""
