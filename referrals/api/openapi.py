"""The OpenAPI 3.1 document, generated from the lists that requests are checked against."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from referrals.api.downloads import DOWNLOADS
from referrals.api.formats.feeds import FEEDS
from referrals.api.formats.tabular import (
    CELLS,
    CODES,
    COUNT,
    FLAG,
    OBSERVATIONS,
    SERIES,
    STATEMENTS,
    Columns,
)
from referrals.api.history.release_changes import CHANGES, CORRECTIONS, HISTORY
from referrals.api.problems import KINDS
from referrals.api.request import LATEST, Parameter, Request
from referrals.api.resource import BASE, JSON, MEDIA_TYPES, Content, Resource
from referrals.api.resources import RESOURCES
from referrals.release.catalogue import Served
from referrals.release.release import Release
from referrals.web.http import problem as problem_document

VERSION: Final = "1.0.0"
MAX_EXAMPLES: Final = 5
"""The number of example codes of a parameter."""

COMMON_HEADERS: Final = (
    "ETag",
    "Cache-Control",
    "Vary",
    "Repr-Digest",
    "Access-Control-Allow-Origin",
)
GATEWAY_STATUSES: Final = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.REQUEST_URI_TOO_LONG,
    HTTPStatus.MISDIRECTED_REQUEST,
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
)
"""The statuses with which the gateway can refuse any request."""

RETRY_STATUSES: Final = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})
"""The statuses with a `Retry-After` header."""

BODY_HEADERS: Final = frozenset({"Repr-Digest", "Content-Disposition"})
"""The headers that an answer without a body lacks."""

Schema = dict[str, Any]

DESCRIPTION: Final = (
    "Victims of crime whom UK police referred to Home Office Immigration Enforcement: counts, "
    "codes, printed sentences, certificates and context. The API is read-only and needs no key. "
    "Every answer names its release and that release's status; `example` figures are "
    "invented. An invalid request is answered with a problem document (RFC 9457) that lists the "
    "valid choices. A client that sends too many requests receives 429. While too many answers "
    "are being computed, every client receives 503. In both cases, wait for the number of seconds "
    "in `Retry-After`. To copy everything, download the files of a release. To check whether an "
    "answer has changed, use its ETag. `Last-Modified` is the day of the release's publication or "
    "latest revision, and is not compared."
)


def specification(request: Request) -> Content:
    """Return the OpenAPI document, with codes of the published release as examples."""
    served = request.served
    resources = (SPECIFICATION, *RESOURCES, *HISTORY, *DOWNLOADS, *FEEDS)
    document = {
        "openapi": "3.1.0",
        "info": {
            "title": "Victim referrals",
            "version": VERSION,
            "summary": "Read-only data",
            "description": DESCRIPTION,
        },
        "servers": [{"url": request.site_url or "/"}],
        "paths": {resource.path: {"get": _operation(resource, served)} for resource in resources},
        "components": {"schemas": _schemas()},
    }
    return Content(json.dumps(document, ensure_ascii=False).encode(), JSON)


SPECIFICATION: Final = Resource(
    BASE, "Get this description", "The API as an OpenAPI 3.1 document.", specification
)


def _operation(resource: Resource, served: Served) -> Schema:
    headers = _headers(resource)
    responses: Schema = {
        "200": {
            "description": resource.summary,
            "headers": headers,
            "content": _contents(resource),
        },
        "304": {
            "description": "Not modified",
            "headers": {
                name: schema for name, schema in headers.items() if name not in BODY_HEADERS
            },
        },
    }
    for status, target in resource.redirects.items():
        responses[str(status)] = {"description": target}
    for status in error_statuses(resource):
        responses[str(status)] = _problem(status)
    return {
        "operationId": _operation_id(resource),
        "summary": resource.summary,
        "description": resource.description,
        "parameters": [
            *_path_parameters(resource, served),
            *(_query_parameter(parameter, served.published) for parameter in resource.parameters),
            *_format_parameter(resource),
        ],
        "responses": responses,
    }


def error_statuses(resource: Resource) -> list[int]:
    """Return the error statuses of an address, in order."""
    statuses = {*GATEWAY_STATUSES, HTTPStatus.GONE, HTTPStatus.SERVICE_UNAVAILABLE}
    if resource.names_release:
        statuses.add(HTTPStatus.NOT_FOUND)
    if len(resource.formats) > 1:
        statuses.add(HTTPStatus.NOT_ACCEPTABLE)
    return sorted(statuses)


def _operation_id(resource: Resource) -> str:
    """Return the operation id, which generated clients use as a function name."""
    path = resource.path.removeprefix(BASE).replace(".", "_")
    words = [part.strip("{}") for part in path.split("/") if part]
    return "_".join(words) if words else "specification"


def _path_parameters(resource: Resource, served: Served) -> list[Schema]:
    schemas: Mapping[str, Schema] = {
        "release_id": {"type": "string", "enum": [LATEST, *served.by_id()]},
        "version": {"type": "string", "pattern": "^[0-9a-f]{12}$"},
        "file": {"type": "string", "pattern": r"^[A-Za-z0-9][A-Za-z0-9._-]*$", "maxLength": 100},
    }
    return [
        {"name": name, "in": "path", "required": True, "schema": schema}
        for name, schema in schemas.items()
        if f"{{{name}}}" in resource.path
    ]


def _query_parameter(parameter: Parameter, published: Release) -> Schema:
    """Return a query parameter.

    Its codes are examples rather than an enum, because each release has its own.
    """
    description = parameter.description
    schema: Schema
    if parameter.is_flag:
        schema = {"type": FLAG, "default": False}
    elif parameter.choices is None:
        schema = {"type": COUNT, "minimum": parameter.minimum, "maximum": parameter.maximum}
    else:
        examples = list(parameter.choices(published))[:MAX_EXAMPLES]
        schema = {"type": "array", "items": {"type": "string", "examples": examples}, "minItems": 1}
        description += (
            " Each release has its own codes. "
            "Any other code is answered with a problem that lists them."
        )
    return {"name": parameter.name, "in": "query", "description": description, "schema": schema}


def _format_parameter(resource: Resource) -> list[Schema]:
    if not resource.formats:
        return []
    schema = {"type": "string", "enum": list(resource.formats), "default": resource.formats[0]}
    return [
        {
            "name": "format",
            "in": "query",
            "description": "The format of the answer.",
            "schema": schema,
        }
    ]


def _headers(resource: Resource) -> Schema:
    names = list(COMMON_HEADERS)
    if resource.names_release:
        names += ["Last-Modified", "X-Release", "X-Release-Status", "Content-Disposition"]
    names += resource.headers
    return {name: {"schema": {"type": "string"}} for name in names}


def _contents(resource: Resource) -> Schema:
    if not resource.formats:
        return {_FEED_MEDIA_TYPES.get(resource.path, "*/*"): {}}
    contents: Schema = {MEDIA_TYPES[name].partition(";")[0]: {} for name in resource.formats}
    schemas = [_DOCUMENTS.get(resource.path, "Specification")]
    if "json-stat" in resource.formats:
        schemas.append("JsonStat")
    references = [{"$ref": f"#/components/schemas/{name}"} for name in schemas]
    contents[JSON] = {"schema": {"anyOf": references}}
    return contents


def _problem(status: int) -> Schema:
    titles = [title for code, title in KINDS.values() if code == status]
    if not titles:
        titles = [HTTPStatus(status).phrase]
    problem_schema = {"schema": {"$ref": "#/components/schemas/Problem"}}
    response: Schema = {
        "description": " / ".join(titles),
        "content": {problem_document.MEDIA_TYPE: problem_schema},
    }
    if status in RETRY_STATUSES:
        response["headers"] = {"Retry-After": {"schema": {"type": "integer"}}}
    return response


_FEED_MEDIA_TYPES: Final = {"/feed.atom": "application/atom+xml", "/releases.ics": "text/calendar"}
_OF_RELEASE: Final = f"{BASE}/releases/{{release_id}}"
_DOCUMENTS: Final = {
    f"{BASE}/releases": "Releases",
    _OF_RELEASE: "Release",
    f"{_OF_RELEASE}/codelists": "Codelists",
    f"{_OF_RELEASE}/cells": "Cells",
    f"{_OF_RELEASE}/statements": "Statements",
    f"{_OF_RELEASE}/context": "Context",
    f"{_OF_RELEASE}/certificate": "Certificate",
    f"{_OF_RELEASE}/changes": "Changes",
    f"{BASE}/corrections": "Corrections",
}


def _schemas() -> dict[str, Schema]:
    text: Schema = {"type": "string"}
    number: Schema = {"type": "integer", "minimum": 0}
    release_texts = (
        "id",
        "title",
        "status",
        "period",
        "period_label",
        "published_on",
        "version",
        "sha256",
        "address",
    )
    file_texts = ("name", "title", "media_type", "sha256", "address", "version_address")
    release = _object(**dict.fromkeys(release_texts, text), is_invented={"type": "boolean"})
    header = {
        "release": {"$ref": "#/components/schemas/About"},
        "notes": _list(text),
        "status_meanings": _text_map(),
        "source": _text_map(),
        "licence": text,
        "attribution": text,
    }
    file = _object(**dict.fromkeys(file_texts, text), bytes=number)
    code = _row(CODES)
    code["properties"]["members"] = _list(text)
    paging = {
        "unit": text,
        "chosen": {"type": "object"},
        "total": number,
        "offset": number,
        "returned": number,
    }
    return {
        "About": release,
        "Releases": _object(latest=text, releases=_list({"$ref": "#/components/schemas/About"})),
        "Release": _object(**header, files=_list(file)),
        "Codelists": _object(
            **header, codelists={"type": "object", "additionalProperties": _list(code)}
        ),
        "Cells": _object(**header, **paging, cells=_list(_row(CELLS))),
        "Statements": _object(**header, statements=_list(_row(STATEMENTS))),
        "Context": _object(
            **header, series=_list(_row(SERIES)), observations=_list(_row(OBSERVATIONS))
        ),
        "Certificate": _object(**header, certificate={"type": "object"}),
        "Changes": _object(
            **header,
            compared_with={"anyOf": [{"$ref": "#/components/schemas/About"}, {"type": "null"}]},
            compared=number,
            changes=_list(_row(CHANGES)),
        ),
        "Corrections": _object(sha256=text, corrections=_list(_row(CORRECTIONS))),
        "JsonStat": _object(
            **{"version": {"const": "2.0"}, "class": {"const": "dataset"}},
            id=_list(text),
            size=_list(number),
        ),
        "Specification": _object(openapi=text, info={"type": "object"}, paths={"type": "object"}),
        "Problem": _object(type=text, title=text, status={"type": "integer"}, detail=text),
    }


def _row(columns: Columns) -> Schema:
    """Return the schema of a row. Only counts can be null."""
    types = {name: [kind, "null"] if kind == COUNT else kind for name, kind in columns.items()}
    return _object(**{name: {"type": type_} for name, type_ in types.items()})


def _object(**properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _list(items: Mapping[str, Any]) -> Schema:
    return {"type": "array", "items": items}


def _text_map() -> Schema:
    return {"type": "object", "additionalProperties": {"type": "string"}}
