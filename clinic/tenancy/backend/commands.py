"""SQL texts taken apart into single commands, which a server of a cluster wants one a message."""

import re

# What a semicolon may stand in without ending a command: literals, names, bodies of functions, comments.
PARTS = re.compile(
    r"""
    '(?:[^']|'')*' | "(?:[^"]|"")*" | (\$\w*\$).*?\1 | --[^\n]* | /\*.*?\*/ | (?P<end>;)
    """,
    re.DOTALL | re.VERBOSE,
)


def commands(text: str) -> list[str]:
    """The commands of a text, without the semicolons that end them.

    `CREATE TABLE a (); INSERT INTO b VALUES (';')` gives `CREATE TABLE a ()` and `INSERT INTO b VALUES (';')`.
    """
    if ";" not in text:
        return [text]
    found, begin = [], 0
    for part in PARTS.finditer(text):
        if part["end"]:
            found.append(text[begin : part.start()].strip())
            begin = part.end()
    return [command for command in [*found, text[begin:].strip()] if command]
