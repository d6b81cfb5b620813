"""The language server, driven by a client over standard input and output as an editor drives it."""
