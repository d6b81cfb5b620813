"""Runs every fix over real repositories and checks what comes of it."""
