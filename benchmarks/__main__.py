"""`make bench`: everything measured in one run, each figure beside its floor; the figures are kept as JSON."""

from benchmarks.installation import make_reader, newest, prepared, serving
from benchmarks.report import Report
from paneldash.embedded import EmbeddedServer


def main() -> None:
    with prepared() as server:
        _measure(server)


def _measure(server: EmbeddedServer) -> None:
    from django.core.management import call_command

    from benchmarks import again, browser, drawing, files, known, memory, panels, queries, wall
    from benchmarks.scene import set_the_scene

    call_command("prepare")
    session_key = set_the_scene(server, make_reader(server))
    now, report = newest(server), Report()
    with serving("benchmarks.wsgi") as (port, gunicorn):
        panels.measure(port, session_key, now, report)
        known.measure(port, session_key, now, report)
        again.measure(port, session_key, now, report)
        files.measure(port, gunicorn, session_key, now, report)
        browser.measure(port, report)
        drawing.measure(port, report)
        memory.measure(port, gunicorn, session_key, now, report)
    wall.measure(server, report)
    queries.measure(session_key, now, report)
    report.save()


if __name__ == "__main__":
    main()
