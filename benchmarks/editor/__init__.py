"""How long an editor waits for findings, and what the server costs meanwhile."""
