"""Measures accuracy on real code: recall by mutation, findings on sound code, labelled places, changes between versions."""
