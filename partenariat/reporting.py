"""Errors told to a collector (Sentry, GlitchTip), when SENTRY_DSN says which. What is told is what the log tells.

The library is not among the site's own: whoever wants this installs it (docs/operating.md).
"""

from . import env, logs

KEPT = ("event_id", "timestamp", "level", "platform", "logger", "release", "environment", "sdk")
KEPT_OF_FRAMES = ("filename", "module", "function", "lineno", "in_app", "pre_context", "context_line", "post_context")


def start(dsn):
    """Tell the errors of this process to the collector of `dsn`. Stops the program when it cannot be done."""
    try:
        import sentry_sdk
    except ModuleNotFoundError:
        env.refuse("SENTRY_DSN", "needs a library that is not installed: pip install 'sentry-sdk>=2,<3'")
    try:
        sentry_sdk.init(
            dsn=dsn,
            send_default_pii=False,
            include_local_variables=False,
            max_request_body_size="never",
            max_breadcrumbs=0,
            auto_session_tracking=False,
            server_name="",
            before_send=stripped,
        )
    except sentry_sdk.utils.BadDsn:
        env.refuse("SENTRY_DSN", "is not the address of a collector, such as https://key@errors.example.org/1")


def stripped(event, hint):
    """What is sent of `event`: kinds of errors and places in the code. No address, no header, no word of anybody."""
    told = {name: event[name] for name in KEPT if name in event}
    told["tags"] = {"request": logs.request_id.get()}
    if record := hint.get("log_record"):
        told["message"] = logs.event(record)["message"]
    if values := event.get("exception", {}).get("values"):
        told["exception"] = {"values": [_kind_and_places(value) for value in values]}
    return told


def _kind_and_places(value):
    frames = (value.get("stacktrace") or {}).get("frames", ())
    frames = [{name: frame[name] for name in KEPT_OF_FRAMES if name in frame} for frame in frames]
    return {"type": value.get("type"), "module": value.get("module"), "stacktrace": {"frames": frames}}
