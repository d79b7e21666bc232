"""SQL is sent one command a message, whatever was written as one text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.tenancy.backend.commands import commands
from clinic.tenancy.backend.schema import single

WHOLE = (
    "SELECT 1",
    "INSERT INTO a VALUES ('x;''y')",
    'ALTER TABLE "a;b" ADD c int',
    "DO $$ BEGIN; END; $$",
    "DROP a /* ; */",
)
ADD = 'ALTER TABLE "lists_job" ADD COLUMN "size" '
CONSTRAINT = 'ALTER TABLE "lists_job" ADD CONSTRAINT '


@given(st.lists(st.sampled_from(WHOLE), min_size=1))
def test_text_is_taken_apart_where_commands_end_and_nowhere_else(parts: list[str]) -> None:
    assert commands(";\n".join(parts)) == parts


def test_comment_to_the_end_of_a_line_hides_its_semicolon() -> None:
    assert commands("SELECT 1 -- one; two\n; SELECT 2;") == ["SELECT 1 -- one; two", "SELECT 2"]


def test_body_of_a_function_with_a_tag_stays_whole() -> None:
    text = "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $body$ SELECT 1; SELECT '$$;' $body$"
    assert commands(f"{text}; SELECT 2") == [text, "SELECT 2"]


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        (f"{ADD}varchar(60) DEFAULT 'CHECK (' NOT NULL", [f"{ADD}varchar(60) DEFAULT 'CHECK (' NOT NULL"]),
        (
            f'{ADD}integer DEFAULT 0 NOT NULL CHECK ("size" >= 0)',
            [f"{ADD}integer DEFAULT 0 NOT NULL", f'{CONSTRAINT}"lists_job_size_check" CHECK ("size" >= 0)'],
        ),
        (f"{ADD}uuid NULL UNIQUE", [f"{ADD}uuid NULL", f'{CONSTRAINT}"lists_job_size_key" UNIQUE ("size")']),
        (
            f'{ADD}uuid NULL CONSTRAINT "k" REFERENCES "p"("id") DEFERRABLE; SET CONSTRAINTS "k" IMMEDIATE',
            [
                f"{ADD}uuid NULL",
                f'{CONSTRAINT}"k" FOREIGN KEY ("size") REFERENCES "p"("id") DEFERRABLE',
                'SET CONSTRAINTS "k" IMMEDIATE',
            ],
        ),
    ],
)
def test_column_comes_before_its_constraints(text: str, sent: list[str]) -> None:
    assert single(text) == sent
