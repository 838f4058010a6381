"""The description of the API (OpenAPI 3.1), made from the same lists that requests are checked against."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from referrals.api import problems
from referrals.api.downloads import DOWNLOADS
from referrals.api.feeds import FEEDS
from referrals.api.problems import KINDS
from referrals.api.questions import LATEST, Parameter, Question
from referrals.api.resources import BASE, FORMS, JSON, RESOURCES, Content, Resource
from referrals.api.tables import CELLS, CODES, COUNT, OBSERVATIONS, SERIES, STATEMENTS, Columns
from referrals.release import Release

VERSION: Final = "1.0.0"
Schema = dict[str, Any]

ABOUT: Final = (
    "Victims of crime whom UK police referred to Home Office Immigration Enforcement: numbers, codes, printed sentences, "
    "certificates and context. Reading only, no key, no limit but size. Every answer says of which release and of what status "
    "it is; `illustrative` figures are invented. A wrong request is answered by a problem document (RFC 9457) that names the "
    "choices."
)


def specification(question: Question) -> Content:
    """Return the description of every address, with the codes of the releases that stand now."""
    released = list(question.standing.offered().values())
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Victim referrals", "version": VERSION, "summary": "Read-only data", "description": ABOUT},
        "servers": [{"url": "/"}],
        "paths": {one.path: {"get": _operation(one, released)} for one in (SPECIFICATION, *RESOURCES, *DOWNLOADS, *FEEDS)},
        "components": {"schemas": _schemas()},
    }
    return Content(json.dumps(document, ensure_ascii=False).encode(), JSON)


SPECIFICATION: Final = Resource(BASE, "This description", "What there is to ask for, as OpenAPI 3.1.", specification)


def _operation(resource: Resource, released: Sequence[Release]) -> Schema:
    responses = {"200": {"description": resource.summary, "headers": _headers(), "content": _contents(resource)}}
    if resource in DOWNLOADS:
        responses["307"] = {"description": "Where this version will always be"}
    statuses = sorted({status for status, _ in KINDS.values()} - ({406} if len(resource.forms) < 2 else set()))  # noqa: PLR2004
    responses |= {str(status): _problem(status) for status in statuses}
    return {
        "operationId": _name(resource),
        "summary": resource.summary,
        "description": resource.says,
        "parameters": [
            *_places(resource, released),
            *(_query(one, released) for one in resource.parameters),
            *_format(resource),
        ],
        "responses": responses,
    }


def _name(resource: Resource) -> str:
    """Return the name of an operation, as programs that are made from the description call it."""
    words = [part.strip("{}") for part in resource.path.removeprefix(BASE).replace(".", "_").split("/") if part]
    return "_".join(words) if words else "specification"


def _places(resource: Resource, released: Sequence[Release]) -> list[Schema]:
    """Return the variable parts of an address."""
    kinds: Mapping[str, Schema] = {
        "release_id": {"type": "string", "enum": [LATEST, *(one.about.release_id for one in released)]},
        "version": {"type": "string", "pattern": "^[0-9a-f]{12}$"},
        "file": {"type": "string", "pattern": r"^[A-Za-z0-9][A-Za-z0-9._-]*$", "maxLength": 100},
    }
    return [
        {"name": name, "in": "path", "required": True, "schema": schema}
        for name, schema in kinds.items()
        if f"{{{name}}}" in resource.path
    ]


def _query(parameter: Parameter, released: Sequence[Release]) -> Schema:
    schema: Schema
    if parameter.choices is None:
        schema = {"type": COUNT, "minimum": parameter.least, "maximum": parameter.most}
    else:
        codes = _either(parameter.choices(one) for one in released)
        schema = {"type": "array", "items": {"type": "string", "enum": codes}, "minItems": 1}
    return {"name": parameter.name, "in": "query", "description": parameter.says, "schema": schema}


def _either(choices: Iterable[Mapping[str, str]]) -> list[str]:
    return list(dict.fromkeys(code for one in choices for code in one))


def _format(resource: Resource) -> list[Schema]:
    if not resource.forms:
        return []
    schema = {"type": "string", "enum": list(resource.forms), "default": resource.forms[0]}
    return [{"name": "format", "in": "query", "description": "The format of the answer.", "schema": schema}]


def _headers() -> Schema:
    text = {"schema": {"type": "string"}}
    return {"ETag": text, "Cache-Control": text, "Repr-Digest": text}


def _contents(resource: Resource) -> Schema:
    if not resource.forms:
        return {_KINDS_OF_FILE.get(resource.path, "*/*"): {}}
    contents: Schema = {FORMS[form].partition(";")[0]: {} for form in resource.forms}
    names = [_DOCUMENTS.get(resource.path, "Specification"), *(["JsonStat"] if "json-stat" in resource.forms else [])]
    contents[JSON] = {"schema": {"anyOf": [{"$ref": f"#/components/schemas/{name}"} for name in names]}}
    return contents


def _problem(status: int) -> Schema:
    titles = " / ".join(title for code, title in KINDS.values() if code == status)
    return {"description": titles, "content": {problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}


_KINDS_OF_FILE: Final = {"/feed.atom": "application/atom+xml", "/releases.ics": "text/calendar"}
_OF_RELEASE: Final = f"{BASE}/releases/{{release_id}}"
_DOCUMENTS: Final = {
    f"{BASE}/releases": "Releases",
    _OF_RELEASE: "Release",
    f"{_OF_RELEASE}/codelists": "Codelists",
    f"{_OF_RELEASE}/cells": "Cells",
    f"{_OF_RELEASE}/statements": "Statements",
    f"{_OF_RELEASE}/context": "Context",
    f"{_OF_RELEASE}/certificate": "Certificate",
}


def _schemas() -> dict[str, Schema]:
    text: Schema = {"type": "string"}
    number: Schema = {"type": "integer", "minimum": 0}
    release = _object(
        **dict.fromkeys(
            ("id", "title", "status", "period", "period_label", "published_on", "version", "sha256", "address"), text
        ),
        is_illustrative={"type": "boolean"},
    )
    about = {
        "release": {"$ref": "#/components/schemas/About"},
        "unit": text,
        "notes": _list(text),
        "status_meanings": _texts(),
        "source": _texts(),
        "licence": text,
        "attribution": text,
    }
    file = _object(**dict.fromkeys(("name", "title", "media_type", "sha256", "address", "version_address"), text), bytes=number)
    code = _row(CODES)
    code["properties"]["members"] = _list(text)
    counted = {"chosen": {"type": "object"}, "total": number, "offset": number, "returned": number}
    return {
        "About": release,
        "Releases": _object(latest=text, releases=_list({"$ref": "#/components/schemas/About"})),
        "Release": _object(**about, files=_list(file)),
        "Codelists": _object(**about, codelists={"type": "object", "additionalProperties": _list(code)}),
        "Cells": _object(**about, **counted, cells=_list(_row(CELLS))),
        "Statements": _object(**about, statements=_list(_row(STATEMENTS))),
        "Context": _object(**about, series=_list(_row(SERIES)), observations=_list(_row(OBSERVATIONS))),
        "Certificate": _object(**about, certificate={"type": "object"}),
        "JsonStat": _object(**{"version": {"const": "2.0"}, "class": {"const": "dataset"}}, id=_list(text), size=_list(number)),
        "Specification": _object(openapi=text, info={"type": "object"}, paths={"type": "object"}),
        "Problem": _object(type=text, title=text, status={"type": "integer"}, detail=text),
    }


def _row(columns: Columns) -> Schema:
    kinds = {name: {"type": [kind, "null"] if kind == COUNT else kind} for name, kind in columns.items()}
    return _object(**kinds)


def _object(**properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _list(items: Mapping[str, Any]) -> Schema:
    return {"type": "array", "items": items}


def _texts() -> Schema:
    return {"type": "object", "additionalProperties": {"type": "string"}}
