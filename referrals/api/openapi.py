"""The description of the API (OpenAPI 3.1), made from the same lists that requests are checked against."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from referrals.api import problems
from referrals.api.downloads import DOWNLOADS
from referrals.api.formats.feeds import FEEDS
from referrals.api.formats.tabular import (
    CELLS,
    CODES,
    COUNT,
    OBSERVATIONS,
    SERIES,
    STATEMENTS,
    Columns,
)
from referrals.api.problems import KINDS
from referrals.api.request import LATEST, Parameter, Question
from referrals.api.resource import BASE, FORMS, JSON, Content, Resource
from referrals.api.resources import RESOURCES
from referrals.release.catalogue import Served
from referrals.release.release import Release

VERSION: Final = "1.0.0"
FEW: Final = 5
"""How many codes are examples of a parameter."""

EVERY_HEADER: Final = (
    "ETag",
    "Cache-Control",
    "Vary",
    "Repr-Digest",
    "Access-Control-Allow-Origin",
)
AT_THE_GATE: Final = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.REQUEST_URI_TOO_LONG,
    HTTPStatus.MISDIRECTED_REQUEST,
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
)
"""The statuses with which a request can be refused before anybody looks at what it asks for."""

COME_BACK: Final = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})
"""The statuses that say when to ask again."""

OF_A_BODY: Final = frozenset({"Repr-Digest", "Content-Disposition"})
"""The headers that an answer without a body lacks."""

Schema = dict[str, Any]

ABOUT: Final = (
    "Victims of crime whom UK police referred to Home Office Immigration Enforcement: numbers, codes, printed sentences, "
    "certificates and context. Reading only, no key. Every answer says of which release and of what status it is; "
    "`illustrative` figures are invented. A wrong request is answered by a problem document (RFC 9457) that names the "
    "choices. Who asks very often is told so (429), and so is everyone while more answers are being made than can be waited "
    "for (503): ask again after as many seconds as `Retry-After` says. To copy everything, take the files of a release. "
    "Ask whether an answer has changed by its ETag: `Last-Modified` says when the copy of the release that is served was "
    "written, never earlier than the release was published, and is not compared."
)


def specification(question: Question) -> Content:
    """Return the description of every address, with the codes of the release shown first as examples."""
    standing = question.standing
    document = {
        "openapi": "3.1.0",
        "info": {
            "title": "Victim referrals",
            "version": VERSION,
            "summary": "Read-only data",
            "description": ABOUT,
        },
        "servers": [{"url": question.site or "/"}],
        "paths": {
            one.path: {"get": _operation(one, standing)}
            for one in (SPECIFICATION, *RESOURCES, *DOWNLOADS, *FEEDS)
        },
        "components": {"schemas": _schemas()},
    }
    return Content(json.dumps(document, ensure_ascii=False).encode(), JSON)


SPECIFICATION: Final = Resource(
    BASE, "This description", "What there is to ask for, as OpenAPI 3.1.", specification
)


def _operation(resource: Resource, standing: Served) -> Schema:
    headers = _headers(resource)
    responses: Schema = {
        "200": {
            "description": resource.summary,
            "headers": headers,
            "content": _contents(resource),
        },
        "304": {
            "description": "Nothing has changed",
            "headers": {name: said for name, said in headers.items() if name not in OF_A_BODY},
        },
    }
    responses |= {str(status): {"description": to} for status, to in resource.leads.items()}
    return {
        "operationId": _name(resource),
        "summary": resource.summary,
        "description": resource.says,
        "parameters": [
            *_places(resource, standing),
            *(_query(one, standing.published) for one in resource.parameters),
            *_format(resource),
        ],
        "responses": responses | {str(status): _problem(status) for status in refusals(resource)},
    }


def refusals(resource: Resource) -> list[int]:
    """Return the statuses with which an address refuses: those that every address has, and those of what it takes."""
    named = {HTTPStatus.NOT_FOUND} if resource.is_of_release else set()
    negotiated = {HTTPStatus.NOT_ACCEPTABLE} if len(resource.forms) > 1 else set()
    return sorted(
        {*AT_THE_GATE, HTTPStatus.GONE, HTTPStatus.SERVICE_UNAVAILABLE, *named, *negotiated}
    )


def _name(resource: Resource) -> str:
    """Return the name of an operation, as programs that are made from the description call it."""
    words = [
        part.strip("{}")
        for part in resource.path.removeprefix(BASE).replace(".", "_").split("/")
        if part
    ]
    return "_".join(words) if words else "specification"


def _places(resource: Resource, standing: Served) -> list[Schema]:
    """Return the variable parts of an address."""
    kinds: Mapping[str, Schema] = {
        "release_id": {"type": "string", "enum": [LATEST, *standing.by_id()]},
        "version": {"type": "string", "pattern": "^[0-9a-f]{12}$"},
        "file": {"type": "string", "pattern": r"^[A-Za-z0-9][A-Za-z0-9._-]*$", "maxLength": 100},
    }
    return [
        {"name": name, "in": "path", "required": True, "schema": schema}
        for name, schema in kinds.items()
        if f"{{{name}}}" in resource.path
    ]


def _query(parameter: Parameter, published: Release) -> Schema:
    """Return a parameter of a query. Codes are not listed: each release has its own, and a new one has new ones."""
    schema: Schema
    says = parameter.says
    if parameter.choices is None:
        schema = {"type": COUNT, "minimum": parameter.least, "maximum": parameter.most}
    else:
        examples = list(parameter.choices(published))[:FEW]
        schema = {"type": "array", "items": {"type": "string", "examples": examples}, "minItems": 1}
        says = f"{says} Each release has its own codes. One that it lacks is refused, and the answer names those that it has."
    return {"name": parameter.name, "in": "query", "description": says, "schema": schema}


def _format(resource: Resource) -> list[Schema]:
    if not resource.forms:
        return []
    schema = {"type": "string", "enum": list(resource.forms), "default": resource.forms[0]}
    return [
        {
            "name": "format",
            "in": "query",
            "description": "The format of the answer.",
            "schema": schema,
        }
    ]


def _headers(resource: Resource) -> Schema:
    of_release = (
        ("Last-Modified", "X-Release", "X-Release-Status", "Content-Disposition")
        if resource.is_of_release
        else ()
    )
    return {
        name: {"schema": {"type": "string"}}
        for name in (*EVERY_HEADER, *of_release, *resource.headers)
    }


def _contents(resource: Resource) -> Schema:
    if not resource.forms:
        return {_KINDS_OF_FILE.get(resource.path, "*/*"): {}}
    contents: Schema = {FORMS[form].partition(";")[0]: {} for form in resource.forms}
    names = [
        _DOCUMENTS.get(resource.path, "Specification"),
        *(["JsonStat"] if "json-stat" in resource.forms else []),
    ]
    contents[JSON] = {
        "schema": {"anyOf": [{"$ref": f"#/components/schemas/{name}"} for name in names]}
    }
    return contents


def _problem(status: int) -> Schema:
    titles = [title for code, title in KINDS.values() if code == status] or [
        HTTPStatus(status).phrase
    ]
    content = {problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    described = {"description": " / ".join(titles), "content": content}
    return described | (
        {"headers": {"Retry-After": {"schema": {"type": "integer"}}}} if status in COME_BACK else {}
    )


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
            (
                "id",
                "title",
                "status",
                "period",
                "period_label",
                "published_on",
                "version",
                "sha256",
                "address",
            ),
            text,
        ),
        is_illustrative={"type": "boolean"},
    )
    about = {
        "release": {"$ref": "#/components/schemas/About"},
        "notes": _list(text),
        "status_meanings": _texts(),
        "source": _texts(),
        "licence": text,
        "attribution": text,
    }
    file = _object(
        **dict.fromkeys(
            ("name", "title", "media_type", "sha256", "address", "version_address"), text
        ),
        bytes=number,
    )
    code = _row(CODES)
    code["properties"]["members"] = _list(text)
    counted = {
        "unit": text,
        "chosen": {"type": "object"},
        "total": number,
        "offset": number,
        "returned": number,
    }
    return {
        "About": release,
        "Releases": _object(latest=text, releases=_list({"$ref": "#/components/schemas/About"})),
        "Release": _object(**about, files=_list(file)),
        "Codelists": _object(
            **about, codelists={"type": "object", "additionalProperties": _list(code)}
        ),
        "Cells": _object(**about, **counted, cells=_list(_row(CELLS))),
        "Statements": _object(**about, statements=_list(_row(STATEMENTS))),
        "Context": _object(
            **about, series=_list(_row(SERIES)), observations=_list(_row(OBSERVATIONS))
        ),
        "Certificate": _object(**about, certificate={"type": "object"}),
        "JsonStat": _object(
            **{"version": {"const": "2.0"}, "class": {"const": "dataset"}},
            id=_list(text),
            size=_list(number),
        ),
        "Specification": _object(openapi=text, info={"type": "object"}, paths={"type": "object"}),
        "Problem": _object(type=text, title=text, status={"type": "integer"}, detail=text),
    }


def _row(columns: Columns) -> Schema:
    kinds = {
        name: {"type": [kind, "null"] if kind == COUNT else kind} for name, kind in columns.items()
    }
    return _object(**kinds)


def _object(**properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _list(items: Mapping[str, Any]) -> Schema:
    return {"type": "array", "items": items}


def _texts() -> Schema:
    return {"type": "object", "additionalProperties": {"type": "string"}}
