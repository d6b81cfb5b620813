"""A linted project cannot make a report say, do or hide anything: not in a terminal, a log, a browser or a parser."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import unquote_to_bytes
from xml.etree import ElementTree as ET

import html5lib
import junitparser
import pytest
from markdown_it import MarkdownIt

from asyncdb_lint.report.formats import format_names
from asyncdb_lint.report.lines import escaped
from tests.outputs.readers import azure_commands, github_commands
from tests.outputs.samples import file_name, hostile, rendered

EVIL = {
    "an ANSI escape": "\x1b[31m\x1b]0;title\x07",
    "a C1 control": "\x9b31m",
    "a line feed": "one\ntwo",
    "a carriage return": "shown\rhidden",
    "a NUL": "\x00",
    "a line separator": "a\u2028b\u2029c\x85d\x0be\x0cf",
    "marks of direction": "\u202egnp.exe\u2066\u2069",
    "a command of GitHub": "::error::pwned",
    "a command of GitHub on a line of its own": "\n::set-output name=a::b\n",
    "an old command of GitHub": "##[add-mask]x",
    "a command of Azure": "##vso[task.setvariable variable=PATH]evil",
    "a command of Azure in capitals": "##VSO[task.complete result=Succeeded]",
    "separators of properties": "a,b=c;d]e:f%0Ag%25h%AZP25i",
    "a script": "</script><script>alert(1)</script><img src=x onerror=alert(1)>",
    "a comment and a section": "<!-- x --> <![CDATA[ ]]> -->",
    "an attribute": "\" onmouseover='alert(1)' x=\"",
    "an entity": "&lt;b&gt; &#0; &nbsp",
    "Markdown": "[a](javascript:alert(1)) ![b](http://x.example/y) **bold** ~~c~~ | d | <b> https://x.org www.x.org",
    "backticks": "`` ` ``` code",
    "half of a surrogate pair": "\udc80",
    "half of a surrogate pair in front": "\ud800x",
    "a place holder": "{0} {{1}} %s $HOME ${x}",
    "rich markup": "[bold red]x[/] :smile:",
    "a backslash": "\\ \\x1b \\u0023",
}
OBEYED = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def texts(tree: Any) -> Iterator[str]:
    """All strings in a JSON value."""
    match tree:
        case str():
            yield tree
        case dict():
            for key, value in tree.items():
                yield key
                yield from texts(value)
        case list():
            for value in tree:
                yield from texts(value)


def strict_json(text: str) -> Any:
    """JSON as strict parsers take it: no half of a surrogate pair."""
    assert text.isascii()
    tree = json.loads(text)
    for string in texts(tree):
        string.encode()
    return tree


def whole(evil: str) -> str:
    """A text as JSON hands it on."""
    return evil.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def read_lines(text: str, evil: str) -> None:
    shown = escaped(evil).replace("\\x09", "    ")
    assert shown in text
    assert f"message `{escaped(evil)}` and {escaped(evil)}" in text


def read_json(text: str, evil: str) -> None:
    (record,) = strict_json(text)
    assert record["message"] == f"message `{whole(evil)}` and {whole(evil)}"
    assert record["fix"]["edits"][0]["content"] == whole(evil)


def read_json_lines(text: str, evil: str) -> None:
    (line,) = text.splitlines()
    read_json(f"[{line}]", evil)


def read_sarif(text: str, evil: str) -> None:
    (result,) = strict_json(text)["runs"][0]["results"]
    assert escaped(evil).replace("](", "] (") in result["message"]["text"]
    assert result["fixes"][0]["artifactChanges"][0]["replacements"][0]["insertedContent"]["text"] == whole(evil)
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert not set(uri) & set(' :<>"\\^`{|}#?')
    assert unquote_to_bytes(uri).endswith(file_name(evil).encode(errors="surrogateescape"))
    for link in ("](1", "](javascript"):
        assert link not in result["message"]["text"]


def read_github(text: str, evil: str) -> None:
    (command,) = github_commands(text)
    assert command.name == "error"
    assert set(command.properties) == {"title", "file", "line", "endLine", "col", "endColumn"}
    assert command.properties["file"].endswith(escaped(file_name(evil)))
    assert command.message == f"message `{escaped(evil)}` and {escaped(evil)}\nhelp: help {escaped(evil)}"


def read_azure(text: str, evil: str) -> None:
    (command,) = azure_commands(text)
    assert command.name == "task.logissue"
    assert set(command.properties) == {"type", "sourcepath", "linenumber", "columnnumber", "code"}
    assert command.properties["sourcepath"].endswith(escaped(file_name(evil)))
    assert command.message == f"message `{escaped(evil)}` and {escaped(evil)} (help: help {escaped(evil)})"


def read_gitlab(text: str, evil: str) -> None:
    (issue,) = strict_json(text)
    assert issue["description"] == f"ADB101: message `{escaped(evil)}` and {escaped(evil)}"
    assert issue["location"]["path"].endswith(whole(file_name(evil)))


def read_rdjson(text: str, evil: str) -> None:
    (diagnostic,) = strict_json(text)["diagnostics"]
    assert diagnostic["message"].startswith(f"message `{escaped(evil)}` and {escaped(evil)}\nhelp: ")
    assert diagnostic["suggestions"][0]["text"] == whole(evil)


def read_junit(text: str, evil: str) -> None:
    ET.fromstring(text)
    (suite,) = junitparser.JUnitXml.fromstring(text.encode())
    (case,) = suite
    (failure,) = case.result
    assert failure.message == f"message `{escaped(evil)}` and {escaped(evil)}"
    assert case.classname.endswith(escaped(file_name(evil)))


def read_markdown(text: str, evil: str) -> None:
    tokens = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).parse(text)
    inline = [child for token in tokens for child in token.children or ()]
    kinds = {token.type for token in tokens} | {token.type for token in inline}
    assert not kinds & {"link_open", "image", "html_block", "em_open", "s_open", "code_block", "fence"}
    assert {token.content for token in inline if token.type == "html_inline"} == {"<br>"}
    assert sum(token.type == "strong_open" for token in inline) == 1
    assert sum(token.type == "heading_open" for token in tokens) == 2
    shown = "".join(token.content for token in inline if token.type in {"text", "code_inline", "text_special"})
    assert escaped(evil) in shown
    # GitHub makes links of bare addresses, too.
    assert not re.search(r"(?<!\\)(://|(?<=www)\.)", re.sub(r"`+[^`]+`+", "", text))


def read_html(text: str, evil: str) -> None:
    assert text.isascii()
    tree = html5lib.HTMLParser(html5lib.getTreeBuilder("etree"), strict=True, namespaceHTMLElements=False).parse(text)
    assert len(tree.findall(".//script")) == len(tree.findall(".//style")) == 1
    assert {element.tag for element in tree.iter() if isinstance(element.tag, str)} <= PAGE
    for element in tree.iter():
        assert not any(name.startswith("on") or name in {"src", "style"} for name in element.attrib)
    assert {element.get("href") for element in tree.iter() if element.get("href")} == {"data:,"}
    head = tree.find(".//article/h3")
    assert head is not None
    expected = f"message `{escaped(evil)}` and {escaped(evil)}"
    assert "".join(head.itertext()).replace("`", "").endswith(expected.replace("`", ""))


SVG = "{http://www.w3.org/2000/svg}"
PAGE = set(
    re.findall(
        r"\w+",
        """
        html head meta link title style body header h1 ul li div section h2 table tbody tr th span b td form label input
        output main code article h3 p pre details summary footer script svg rect
        """,
    )
) | {f"{SVG}svg", f"{SVG}rect"}
READERS: dict[str, Callable[[str, str], None]] = {
    "full": read_lines,
    "concise": read_lines,
    "grouped": read_lines,
    "json": read_json,
    "json-lines": read_json_lines,
    "sarif": read_sarif,
    "github": read_github,
    "azure": read_azure,
    "gitlab": read_gitlab,
    "rdjson": read_rdjson,
    "junit": read_junit,
    "markdown": read_markdown,
    "html": read_html,
}


@pytest.mark.parametrize("evil", EVIL.values(), ids=EVIL)
@pytest.mark.parametrize("output_format", format_names())
def test_what_a_project_says_stays_text(output_format: str, evil: str) -> None:
    text = rendered(output_format, hostile(evil))
    obeyed = {character for character in text if unicodedata.category(character) in OBEYED} - {"\n"}
    assert not obeyed, "a terminal would obey these"
    if output_format != "github":
        assert github_commands(text) == []
    if output_format != "azure":
        assert azure_commands(text) == []
    READERS[output_format](text, evil)
