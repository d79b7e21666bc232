#!/usr/bin/env python
"""Django's command line for the clinic. What an operator can mend is told in a sentence; `--traceback` shows where."""

import os
import sys

NOT_OF_THIS_RELEASE = ("42P01", "42703", "42883", "3F000")  # a table, column, function or schema that is not there


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except Exception as error:
        said = "" if "--traceback" in sys.argv else sentence(error)
        if not said:
            raise
        sys.exit(said)


def sentence(error: Exception) -> str:
    """What is wrong with the machine or its configuration; empty where it is the program that is wrong."""
    from django.core.exceptions import ImproperlyConfigured
    from django.db import OperationalError, ProgrammingError

    if isinstance(error, ImproperlyConfigured):
        return str(error)
    if isinstance(error, OperationalError):
        return f"The database does not answer: {str(error).strip().partition('\n')[0]}"
    if isinstance(error, ProgrammingError):
        behind = getattr(error.__cause__, "pgcode", None) in NOT_OF_THIS_RELEASE
        return "The database is not of this release: run manage.py migrate_clinics." if behind else ""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename or 'A file'}: {error.strerror}."
    return ""


if __name__ == "__main__":
    main()
