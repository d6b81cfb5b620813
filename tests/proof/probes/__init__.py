"""One probe a pitfall, under the pitfall's name: `probe(site)` yields what it sees, harm or cure, on either database.

A database that hides the harm is named in the probe's `HIDDEN` with the reason; `BY_HAND` says why no fix is offered.
"""
