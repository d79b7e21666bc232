"""Files for analysis as JSON: what is asked for, and how far it is."""

from typing import Any

from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from clinic.api.cursors import changes_cursor, changes_number
from clinic.api.exports.columns import TABLES, allowed_tables
from clinic.api.exports.formats import FORMATS
from clinic.api.objects.strict import StrictSerializer
from clinic.api.objects.texts import LineField
from clinic.lists.models import FILES_KEPT, Job, JobState
from clinic.text.faults import Fault

NOT_YOURS = "Your role, or the scope of your token, does not include this."
AFTER_HELP = (
    "The `after` of changes or of the export before: only records that changed since, and `gone.ndjson` with the ids "
    "of those that are there no more. Left out or null for everything."
)


class ExportSerializer(StrictSerializer):
    """One archive of files for analysis: a file for each table, and `dictionary.json` with what is in them."""

    typename = "Export"

    id = serializers.UUIDField(read_only=True)
    state = serializers.ChoiceField(choices=JobState.choices, read_only=True)
    format = serializers.ChoiceField(source="parameters.format", choices=list(FORMATS), read_only=True)
    tables = serializers.ListField(
        source="parameters.tables", child=serializers.ChoiceField(choices=list(TABLES)), read_only=True
    )
    names = serializers.BooleanField(
        source="parameters.names", read_only=True, help_text="Whether anybody is named in it; ids always are there."
    )
    rows = serializers.IntegerField(source="changed", read_only=True, help_text="How many are written so far.")
    message = serializers.CharField(read_only=True, help_text="Why it was stopped; else empty.")
    after = serializers.SerializerMethodField()
    file = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField(read_only=True)
    created_by = serializers.CharField(source="by_name", read_only=True)
    finished_at = serializers.DateTimeField(read_only=True, allow_null=True)
    expires_at = serializers.SerializerMethodField()

    @extend_schema_field(serializers.CharField(help_text="What the next export, or changes, take to go on from here."))
    def get_after(self, job: Job) -> str:
        return changes_cursor(self.context["request"]._request, job.parameters["number"])

    @extend_schema_field(
        serializers.URLField(allow_null=True, help_text="The archive; null before it is done, and later.")
    )
    def get_file(self, job: Job) -> Any:
        if not is_kept(job):
            return None
        return self.context["request"].build_absolute_uri(reverse("api:export-file", args=[job.pk]))

    @extend_schema_field(
        serializers.DateTimeField(allow_null=True, help_text="When its file is removed; null before it is done.")
    )
    def get_expires_at(self, job: Job) -> Any:
        ends = job.finished_at + FILES_KEPT if job.finished_at is not None and job.state == JobState.DONE else None
        return ends and serializers.DateTimeField().to_representation(ends)


def is_kept(job: Job) -> bool:
    """Whether the archive is there to be downloaded."""
    done = job.state == JobState.DONE and job.finished_at is not None
    return done and job.finished_at + FILES_KEPT > timezone.now()  # type: ignore[operator]  # the line above


class NewExportSerializer(StrictSerializer):
    """What is to be in the files."""

    typename = "NewExport"

    format = serializers.ChoiceField(choices=list(FORMATS), help_text="Parquet where the server can write it.")
    tables = serializers.ListField(
        child=serializers.ChoiceField(choices=list(TABLES)),
        required=False,
        min_length=1,
        help_text="Left out: all that your scopes allow.",
    )
    after = LineField(required=False, allow_null=True, max_length=1000, help_text=AFTER_HELP)

    def validate_format(self, name: str) -> str:
        if missing := FORMATS[name].missing():
            raise serializers.ValidationError(missing, code=Fault.SERVER)
        return name

    def validate_tables(self, names: list[str]) -> list[str]:
        """The tables in their order, each once; raises ValidationError for what whoever asks may not take."""
        allowed = allowed_tables(self.context["request"]._request.permissions)
        if refused := [name for name in names if name not in allowed]:
            raise serializers.ValidationError([f"{name}: {NOT_YOURS}" for name in refused], code=Fault.ASKER)
        return [name for name in allowed if name in names]

    def validate_after(self, text: str | None) -> int | None:
        """The number of the trail behind which changes are wanted."""
        try:
            return None if text is None else changes_number(self.context["request"]._request, text)
        except serializers.ValidationError as error:
            raise serializers.ValidationError(error.detail["after"]) from error  # type: ignore[call-overload]
