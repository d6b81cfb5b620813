"""Measures accuracy on real code: broken code found, sound code left alone, labelled places, changes."""
