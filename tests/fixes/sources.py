"""Sources to fix: a grammar of database code in every layout that Python allows."""

from __future__ import annotations

from hypothesis import strategies as st

NAMES = st.sampled_from(["user", "Übung", "名前", "row_1"])

EXPRESSIONS = st.sampled_from(
    [
        "db.fetch_one(q)",
        "(db.fetch_one(q))",
        "db.fetch_one(q).name",
        "db.fetch_one(q)[0] ** 2",
        "-db.fetch_one(  q  )",
        "not db.fetch_one(q)",
        "[db.fetch_one(q) for q in qs]",
        "f'{db.fetch_one(q)!r:>{width}} {{}}'",
        "(lambda: 0) if db.fetch_one(q) else {**db.fetch_one(q)}",
        "print(db.fetch_one(q), *db.fetch_one(q), key=db.fetch_one(q), )",
        "(found := db.fetch_one(q))",
        "(  # why\n{i}    db.fetch_one(\n{i}\tq,  # é\n{i}    )\n\n{i})",
        "db.fetch_one('''SELECT\n  1\n''')",
        "'a' \"b\" '\\\n'",
        "a if b else db.fetch_one(q)",
        "x[db.fetch_one(q):, ...]",
    ]
)

SMALL = st.one_of(
    EXPRESSIONS,
    st.builds("{} = {}".format, NAMES, EXPRESSIONS),
    st.builds("{}: int = {}".format, NAMES, EXPRESSIONS),
    st.builds("x += {}".format, EXPRESSIONS),
    st.builds("return {}".format, EXPRESSIONS),
    st.builds("return({})".format, EXPRESSIONS),
    st.builds("assert {}, {}".format, EXPRESSIONS, EXPRESSIONS),
    st.sampled_from(["db.connect()", "db.connect( )", "pass", "del x", "import os.path", "raise"]),
)

COMMENTS = st.sampled_from(["", "", "  # beside", " # naïve  "])
ABOVE = st.sampled_from(["", "", "\n", "# above\n", "\n# a\n\n# b\n", "\n\n", "\x0c\n"])


@st.composite
def blocks(draw: st.DrawFn, indent: str = "", depth: int = 0) -> str:
    """Statements of one block, each with `{i}` filled in as its indentation."""
    statements = draw(st.lists(_statement(indent, depth), min_size=1, max_size=3))
    return "".join(statements)


@st.composite
def _statement(draw: st.DrawFn, indent: str, depth: int) -> str:
    above = "".join(f"{indent}{line}" if line.strip() else line for line in draw(ABOVE).splitlines(keepends=True))
    comment = draw(COMMENTS)
    if depth < 3 and draw(st.integers(0, 2)) == 0:
        return above + draw(_compound(indent, depth, comment))
    line = "; ".join(draw(st.lists(SMALL, min_size=1, max_size=3))) + draw(st.sampled_from(["", "", ";"]))
    return f"{above}{indent}{line.replace('{i}', indent)}{comment}\n"


@st.composite
def _compound(draw: st.DrawFn, indent: str, depth: int, comment: str) -> str:
    step = draw(st.sampled_from(["    ", "  "])) if not indent else indent[: max(len(indent) // depth, 1)]
    inner = indent + step
    test = draw(EXPRESSIONS).replace("{i}", inner)
    body = draw(blocks(indent=inner, depth=depth + 1))
    header, tail = draw(
        st.sampled_from(
            [
                (f"if {test}:", f"{indent}elif b: db.connect()\n{indent}else:{comment}\n{inner}db.connect()\n"),
                (f"while {test}:", ""),
                (f"for x in {test}:", f"{indent}else:\n{inner}pass\n"),
                ("try:", f"{indent}except* E as e:\n{inner}db.connect()\n"),
                ("try:", f"{indent}finally:\n{inner}# only\n{inner}db.connect()  # beside\n"),
                (f"@route\n{indent}# on\n{indent}@other({test})\n{indent}async def f[T](a, /, b=1, *, c: T) -> T:", ""),
                (f"class A({test}):", ""),
                (f"async with {test} as c, (\n{inner}d\n{indent}):", ""),
                ("with open(a) as f, b:", ""),
                (f"match {test}:\n{inner}case [A(x=1), *_] | {{'k': v}} if {test}:", None),
            ]
        )
    )
    if tail is None:
        deeper = inner + step
        body = f"{deeper}db.connect(); y = db.fetch_one(q)\n"
        tail = ""
    return f"{indent}{header}{comment}\n{body}{tail}"


@st.composite
def sources(draw: st.DrawFn) -> str:
    """A whole source that parses, most of the time."""
    start = draw(st.sampled_from(["", "#!/bin/sh\n", '"""Doc."""\n', "'''D'''\n# c\n", "# coding: utf-8\n\n"]))
    imports = draw(
        st.sampled_from(
            [
                "",
                "import os\n",
                "import b; import c  # two\n",
                "from __future__ import annotations\nfrom app import (\n    x,  # x\n    y\n)\n",
            ]
        )
    )
    text = start + imports + draw(blocks())
    if draw(st.booleans()):
        text = text.replace("    ", "\t")
    if draw(st.booleans()):
        text = text.rstrip("\n")
    return text.replace("\n", "\r\n") if draw(st.booleans()) else text
