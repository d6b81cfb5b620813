"""Tests of what decides which findings count: baselines, revisions, plugins, continuous integration."""
