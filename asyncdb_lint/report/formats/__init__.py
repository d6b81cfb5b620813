"""The output formats, one module each, found by its name: `json_lines` is `json-lines`.

A module has `render(report)`, which gives text for programs or styled lines for people, and where counts have a place
in the format `statistics(report)`, which gives the same for counts. Whatever is shown comes from the linted project:
each format escapes what its reader would obey.
"""
