"""Values of fields are read as REST framework reads them, whatever stands where a field says."""

from types import SimpleNamespace

import pytest
from django.core.exceptions import ObjectDoesNotExist
from rest_framework import serializers

from clinic.api.objects.strict import _reader

SKIPPED = "skipped"


class Thing:
    value = 7
    none = None
    inner = SimpleNamespace(value=8)
    mapping = {"value": 9, "items": 10}

    def method(self):
        return SimpleNamespace(value=11)

    def number(self):
        return 12

    @property
    def made(self):
        return 13

    @property
    def gone(self):
        raise ObjectDoesNotExist

    @property
    def broken(self):
        return self.there_is_no_such_thing


SOURCES = ["value", "none", "inner.value", "mapping.value", "mapping.items", "method.value", "number", "made", "gone",
           "gone.value", "broken", "missing", "none.value", "inner.missing", "*"]  # fmt: skip
KINDS = [{}, {"default": 5}, {"allow_null": True}, {"required": False}]


def outcome(read, instance):
    try:
        return read(instance)
    except serializers.SkipField:
        return SKIPPED
    except (AttributeError, KeyError) as error:
        return type(error)


@pytest.mark.parametrize("kind", KINDS, ids=str)
@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("instance", [Thing(), {"value": 1, "inner": {"value": 2}}], ids=["object", "mapping"])
def test_value_is_what_rest_framework_reads(instance, source, kind):
    class Shown(serializers.Serializer):
        field = serializers.IntegerField(source=source, **kind)

    field = Shown().fields["field"]
    assert outcome(_reader(field), instance) == outcome(field.get_attribute, instance)


def test_field_that_reads_in_its_own_way_is_asked():
    class Shown(serializers.Serializer):
        field = serializers.SerializerMethodField()

        def get_field(self, instance):
            return instance.value + 1

    field = Shown().fields["field"]
    assert field.to_representation(_reader(field)(Thing())) == 8
