"""How fast the linter is beside other tools: see README.md."""
