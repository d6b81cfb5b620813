"""Reads the rules' Markdown pages as test cases and runs them."""
