"""Node's linters of documents find no error in the served one, and its generators' clients are used as others' are.

Each client is compiled by TypeScript's strict rules, so that a type that does not fit what is sent or read fails here.
"""

import json
from pathlib import Path

import pytest

from tests.foreign.conftest import TOOLS, fetched, run, used_as_told

HERE = Path(__file__).with_name("node")
MODULES = TOOLS.parent / "node_modules"
STRICT = ["--strict", "--skipLibCheck", "--target", "es2022", "--module", "commonjs", "--moduleResolution", "node10"]
LINTERS = {
    "redocly": ["redocly", "lint", "--config", str(HERE / "redocly.yaml"), "document.json"],
    "spectral": [
        "spectral",
        "lint",
        "--ruleset",
        str(HERE / "spectral.yaml"),
        "--fail-severity",
        "error",
        "document.json",
    ],
}
GENERATORS = {
    "openapi-fetch": [str(MODULES / ".bin" / "openapi-typescript"), "document.json", "-o", "made/schema.d.ts"],
    "hey-api": [
        str(MODULES / ".bin" / "openapi-ts"), "-i", "document.json", "-o", "made", "-c", "@hey-api/client-fetch",
    ],
    "typescript-fetch": [
        str(TOOLS / "openapi-generator-cli"), "generate", "-g", "typescript-fetch", "-i", "document.json", "-o", "made",
    ],
}  # fmt: skip


@pytest.mark.parametrize("linter", LINTERS)
def test_document_has_no_error(server, tmp_path, linter):
    name, *more = LINTERS[linter]
    fetched(server, tmp_path)
    run(tmp_path, str(MODULES / ".bin" / name), *more)


@pytest.mark.parametrize("linter", LINTERS)
def test_linter_finds_what_is_wrong(server, tmp_path, linter):
    """The negative control: a document with one fault."""
    fetched(server, tmp_path)
    document = json.loads((tmp_path / "document.json").read_text())
    document["components"]["schemas"]["Patient"]["properties"]["id"] = {"$ref": "#/components/schemas/Nothing"}
    (tmp_path / "document.json").write_text(json.dumps(document))
    name, *more = LINTERS[linter]
    with pytest.raises(AssertionError):
        run(tmp_path, str(MODULES / ".bin" / name), *more)


@pytest.mark.parametrize("generator", GENERATORS)
def test_typed_client_registers_assesses_finds_and_is_refused(server, practice, program, tmp_path, generator):
    fetched(server, tmp_path)
    (tmp_path / "node_modules").symlink_to(MODULES)
    (tmp_path / "use.ts").write_text((HERE / f"{generator}.ts").read_text())
    run(tmp_path, *GENERATORS[generator])
    run(tmp_path, str(MODULES / ".bin" / "tsc"), *STRICT, "use.ts")
    used_as_told(lambda *given: run(tmp_path, "node", "use.js", *given), server, program, practice)
