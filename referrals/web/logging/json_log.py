"""The log: one JSON object a line, on standard error, with nothing in it of who reads or what they chose.

What our own modules say is written whole: our sentences hold no reader's values. Of what other programs say, only the constant
text is written, never the values put into it, and of a fault only its kind and the lines of code it came through: uvicorn logs
addresses of readers, Streamlit their origins, and the message of an exception may quote anything.
"""

import json
import logging
import sys
import threading
import traceback
import warnings
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final

LOG: Final = logging.getLogger(__name__)

OURS: Final = "referrals"
UNHEARD: Final = "uvicorn.access"
FRAMES: Final = 6

Fault = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def set_up(stream: Any = None) -> None:
    """Write every record of this process as JSON to a stream, standard error where none is given.

    It holds however the process was started: loggers that bring handlers of their own, as uvicorn's and Streamlit's do,
    lose them when they first speak. Warnings, and faults that nobody caught, are records as well.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines())
    handler.addFilter(_is_heard)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    logging.getLogger(OURS).setLevel(logging.INFO)
    logging.setLogRecordFactory(_record)
    _listen()


class JsonLines(logging.Formatter):
    """One JSON object for each record: time, level, logger, message, the `fields` given with it, and the place of a fault."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC)
            .isoformat(timespec="milliseconds")
            .replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if fault := getattr(record, "fault", None):
            line["fault"] = fault
        return json.dumps(line, ensure_ascii=False)


def _listen() -> None:
    """Have written what Python would print by itself. Where somebody else listens for a fault, it is theirs."""
    warnings.showwarning = _warned
    if threading.excepthook is threading.__excepthook__:
        threading.excepthook = lambda one: _uncaught(
            "A thread ended in a fault.", one.exc_type, one.exc_value, one.exc_traceback
        )
    if sys.unraisablehook is sys.__unraisablehook__:
        sys.unraisablehook = lambda one: _uncaught(
            "A fault had nowhere to go.", one.exc_type, one.exc_value, one.exc_traceback
        )


def _warned(
    message: object,
    category: type[Warning],
    filename: str,
    lineno: int,
    *_: object,
    **__: object,
) -> None:
    """Write where a warning came from and of what kind it is. Its words may quote anything."""
    fields = {
        "event": "warning",
        "kind": category.__name__,
        "through": [f"{Path(filename).name}:{lineno}"],
    }
    LOG.warning("A warning was given.", extra={"fields": fields})


def _uncaught(
    said: str, kind: type[BaseException], fault: BaseException | None, at: TracebackType | None
) -> None:
    LOG.error(said, exc_info=(kind, fault or BaseException(), at))


def _record(*given: Any, **named: Any) -> logging.LogRecord:
    """Make a record that no handler, ours or another's, can print a reader's value from."""
    record = logging.LogRecord(*given, **named)
    _adopt(record.name)
    if not _is_ours(record.name):
        record.msg, record.args = str(record.msg) if record.args else _first_words(record.msg), None
    if record.exc_info:
        record.fault = _fault(record.exc_info)
        record.exc_info = record.exc_text = None
    return record


def _first_words(message: object) -> str:
    """Return a message without arguments as far as its first colon: what comes after it may be a value."""
    return str(message).partition(":")[0].partition("\n")[0]


def _adopt(name: str) -> None:
    logger: logging.Logger | None = logging.getLogger(name)
    while logger is not None and logger.parent is not None:
        if logger.handlers or not logger.propagate:
            logger.handlers.clear()
            logger.propagate = True
        logger = logger.parent


def _is_heard(record: logging.LogRecord) -> bool:
    return record.name != UNHEARD and (_is_ours(record.name) or record.levelno >= logging.WARNING)


def _is_ours(name: str) -> bool:
    return name.partition(".")[0] == OURS


def _fault(raised: Fault) -> dict[str, object]:
    """Return the kind of an exception and the last lines of code it came through, without its message."""
    frames = traceback.extract_tb(raised[2])[-FRAMES:]
    places = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
    return {"kind": raised[0].__name__ if raised[0] else "", "through": places}
