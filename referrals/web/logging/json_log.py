"""The log: one JSON object per line on standard error, without readers' addresses or selections.

Messages of our own modules are written whole, as they hold no reader's values. For other libraries
only the constant text is written, never its arguments, and for an exception only its type and the
code lines it came through: uvicorn logs readers' addresses, Streamlit their origins, and the
message of an exception may quote anything.
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

OUR_PACKAGE: Final = "referrals"
SILENCED: Final = "uvicorn.access"
"""Replaced by our access log, as its lines hold readers' addresses and queries."""

MOST_FRAMES: Final = 6

ExceptionInfo = (
    tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
)


def set_up(stream: Any = None) -> None:
    """Write every log record of this process as JSON to `stream`, by default standard error.

    This holds however the process was started: loggers with handlers of their own, such as those
    of uvicorn and Streamlit, lose them at their first record. Warnings and uncaught exceptions
    become records as well.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonFormatter())
    handler.addFilter(_is_written)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    logging.getLogger(OUR_PACKAGE).setLevel(logging.INFO)
    logging.setLogRecordFactory(_make_record)
    _install_hooks()


class JsonFormatter(logging.Formatter):
    """One JSON object per record: time, level, logger, message, its `fields` and any `fault`."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record."""
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {
            "time": time.replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if fault := getattr(record, "fault", None):
            line["fault"] = fault
        return json.dumps(line, ensure_ascii=False)


def _install_hooks() -> None:
    """Log what Python would print to standard error. Hooks that someone else has set are kept."""
    warnings.showwarning = _log_warning
    if threading.excepthook is threading.__excepthook__:
        threading.excepthook = _log_thread_exception
    if sys.unraisablehook is sys.__unraisablehook__:
        sys.unraisablehook = _log_unraisable


def _log_warning(
    message: object,  # noqa: ARG001 - the signature of warnings.showwarning
    category: type[Warning],
    filename: str,
    lineno: int,
    *_: object,
    **__: object,
) -> None:
    """Log the category of a warning and where it came from. Its text may quote anything."""
    fields = {
        "event": "warning",
        "kind": category.__name__,
        "through": [f"{Path(filename).name}:{lineno}"],
    }
    LOG.warning("A warning was given.", extra={"fields": fields})


def _log_thread_exception(args: threading.ExceptHookArgs) -> None:
    error = args.exc_value or BaseException()
    LOG.error(
        "A thread ended with an exception.", exc_info=(args.exc_type, error, args.exc_traceback)
    )


def _log_unraisable(unraisable: "sys.UnraisableHookArgs") -> None:
    error = unraisable.exc_value or BaseException()
    LOG.error(
        "An exception could not be raised.",
        exc_info=(unraisable.exc_type, error, unraisable.exc_traceback),
    )


def _make_record(*args: Any, **kwargs: Any) -> logging.LogRecord:
    """Return a record without readers' values, so that no handler can print one."""
    record = logging.LogRecord(*args, **kwargs)
    _take_over_handlers(record.name)
    if not _is_ours(record.name):
        has_arguments = bool(record.args)
        record.msg = str(record.msg) if has_arguments else _before_colon(record.msg)
        record.args = None
    if record.exc_info:
        record.fault = _fault(record.exc_info)
        record.exc_info = record.exc_text = None
    return record


def _before_colon(message: object) -> str:
    """Return a preformatted message up to its first colon: what follows may be a value."""
    return str(message).partition(":")[0].partition("\n")[0]


def _take_over_handlers(name: str) -> None:
    """Remove the handlers of a logger and its parents, so that the root handler writes alone."""
    logger: logging.Logger | None = logging.getLogger(name)
    while logger is not None and logger.parent is not None:
        if logger.handlers or not logger.propagate:
            logger.handlers.clear()
            logger.propagate = True
        logger = logger.parent


def _is_written(record: logging.LogRecord) -> bool:
    is_important = _is_ours(record.name) or record.levelno >= logging.WARNING
    return record.name != SILENCED and is_important


def _is_ours(name: str) -> bool:
    return name.partition(".")[0] == OUR_PACKAGE


def _fault(exception: ExceptionInfo) -> dict[str, object]:
    """Return the type of an exception and its last code lines, without its message."""
    kind, _, trace = exception
    frames = traceback.extract_tb(trace)[-MOST_FRAMES:]
    places = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
    return {"kind": kind.__name__ if kind else "", "through": places}
