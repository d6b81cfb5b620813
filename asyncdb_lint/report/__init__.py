"""How findings are shown: for people in Ruff's full or concise style, for programs as JSON."""
