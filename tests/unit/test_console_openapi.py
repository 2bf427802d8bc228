"""The document of the API says of every route what it refuses, and of every type and field what it is."""

from dataclasses import dataclass
from types import SimpleNamespace

import pytest

from coupefeu.console.app import make_routes
from coupefeu.console.described import describe_types, field_sentences, find_types
from coupefeu.console.errors import STATUSES, AbsentError, refuses, status_of
from coupefeu.console.openapi import REFUSAL, list_operations, make_document
from coupefeu.errors import CoupefeuError, PolicyError, UsageError


@pytest.fixture(scope="module")
def app():
    return make_routes(SimpleNamespace(desk=SimpleNamespace(demo=True)))


@pytest.fixture(scope="module")
def document(app):
    return make_document(app)


def operations(document):
    return [each for item in document["paths"].values() for each in item.values()]


def test_every_refusal_has_our_body_and_says_its_codes(document):
    for operation in operations(document):
        assert operation["summary"]
        refusals = {status: each for status, each in operation["responses"].items() if status >= "400"}
        assert {"403", "421"} <= set(refusals)
        assert ("401" in refusals) == (
            operation["security"] != []
            or operation["operationId"].endswith(("SignIn", "SignInByPasskey", "UnitLook", "UnitPress"))
        )
        for each in refusals.values():
            assert each["content"]["application/json"]["schema"] == REFUSAL
            assert all(line.startswith("`") for line in each["description"].split("\n\n"))


def test_what_changes_something_says_that_it_needs_an_origin(document):
    for path, item in document["paths"].items():
        for method, operation in item.items():
            asked = [each["name"] for each in operation.get("parameters", []) if each["in"] == "header"]
            assert ("Origin" in asked) == (method != "get"), path


def test_no_route_of_the_framework_is_there(app, document):
    assert all(path.startswith("/api/") for path in document["paths"])
    assert len(list(list_operations(app))) == len(operations(document))


def test_every_type_says_what_it_is(document):
    lacking = [
        name for name, schema in document["components"]["schemas"].items() if not schema.get("description")
    ]
    assert not lacking


@dataclass(frozen=True)
class Inner:
    """Inside."""


@dataclass(frozen=True)
class Sample:
    """One sentence,
    over two lines.

    Another paragraph.
    """

    first: int
    """The first
    of two."""
    second: str
    third: "tuple[Inner, ...] | None"
    """The third."""


def take(_sample: Sample) -> None:
    pass


def test_the_sentences_of_types_and_fields_come_from_the_source():
    known = find_types([take])
    assert set(known) == {"Sample", "Inner"}
    assert field_sentences(Sample) == {"first": "The first of two.", "third": "The third."}
    schemas = {"Sample": {"properties": {"first": {}, "second": {}}}, "Unknown": {}}
    describe_types(schemas, known)
    assert schemas == {
        "Sample": {
            "description": "One sentence, over two lines.",
            "properties": {"first": {"description": "The first of two."}, "second": {}},
        },
        "Unknown": {},
    }


def test_a_kind_without_a_status_has_that_of_the_kind_it_descends_from():
    class OddError(PolicyError):
        pass

    assert status_of(OddError("", code="x")) == STATUSES[PolicyError] == 409
    assert status_of(CoupefeuError("", code="x")) == 500
    assert status_of(UsageError("", code="node.desk.no_message")) == STATUSES[AbsentError] == 404


def test_a_route_says_codes_of_one_status_together():
    said = refuses(UsageError("one", code="a"), UsageError("two", code="b.*"), PolicyError("three", code="c"))
    assert {status: each.description for status, each in said.items()} == {
        400: "`a`: one\n\n`b.*`: two",
        409: "`c`: three",
    }
