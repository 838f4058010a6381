"""Problem documents: the members of RFC 9457, uncached, with the headers of every answer."""

import json
from http import HTTPStatus

from referrals.web.http import security_headers
from referrals.web.http.problem import MEDIA_TYPE, Refusal, body, document, problem

SHARED = "access-control-allow-origin"


def test_a_document_has_the_members_of_the_rfc_first() -> None:
    members = document(400, "Bad", "Too many.", type_="/docs#bad", choices={"A": "a"})
    assert list(members) == ["type", "title", "status", "detail", "choices"]
    assert members["type"] == "/docs#bad"


def test_a_body_is_json_and_half_a_surrogate_pair_does_not_stop_it() -> None:
    assert json.loads(body(document(404, "Not Found", "Not “\ud800”.")))["detail"] == "Not “?”."


def test_a_problem_is_uncached_and_carries_the_headers_of_every_answer() -> None:
    answer = problem(503, "Busy", "Try again.", headers={"retry-after": "5"}, seconds=5)
    assert answer.status_code == 503
    assert answer.media_type == MEDIA_TYPE
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["retry-after"] == "5"
    assert security_headers.HEADERS.items() <= dict(answer.headers).items()
    assert json.loads(bytes(answer.body)) == {
        "type": "about:blank",
        "title": "Busy",
        "status": 503,
        "detail": "Try again.",
        "seconds": 5,
    }


def test_a_refusal_can_be_read_by_other_origins_only_if_the_data_could() -> None:
    refusal = Refusal(HTTPStatus.NOT_FOUND, "closed", "There is nothing at this address.")
    assert refusal.response("/api/v1").headers[SHARED] == "*"
    assert SHARED not in refusal.response("/age").headers
