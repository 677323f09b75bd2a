"""A real Prometheus and a real node exporter, as Debian packages them, with a month of history."""

import contextlib
import math
import socket
import subprocess
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson

HISTORY_HOURS = 31 * 24
HOSTS = ("web-1", "web-2")
CONFIGURATION = """
global: {{scrape_interval: 500ms, scrape_timeout: 400ms}}
scrape_configs:
  - job_name: prometheus
    static_configs: [{{targets: ["127.0.0.1:{own}"]}}]
  - job_name: node
    static_configs: [{{targets: ["127.0.0.1:{node}"]}}]
  - job_name: paneldash
    scrape_interval: 1s
    scrape_timeout: 1s
    static_configs: [{{targets: ["127.0.0.1:{ours}"]}}]
  - job_name: gone
    static_configs: [{{targets: ["127.0.0.1:1"]}}]
"""


def free_port() -> int:
    with socket.socket() as made:
        made.bind(("127.0.0.1", 0))
        return int(made.getsockname()[1])


class RealPrometheus:
    """Running as long as its `with`. `history`: when the month before begins, in epoch seconds; its points are half an hour apart.

    It asks itself, its node exporter, and `our_port`, where a test may serve PanelDash. Each host has `room_temperature`, a sine of a day, and `visits_total`, one more each minute.
    """

    def __init__(self) -> None:
        self.port, self._node_port, self.our_port = free_port(), free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._processes: list[subprocess.Popen[bytes]] = []
        now = int(time.time())
        self.history = now - now % 3_600 - HISTORY_HOURS * 3_600

    def __enter__(self) -> "RealPrometheus":
        self._folder = tempfile.TemporaryDirectory(prefix="prometheus-")
        folder = Path(self._folder.name)
        (folder / "prometheus.yml").write_text(CONFIGURATION.format(own=self.port, node=self._node_port, ours=self.our_port))
        self._write_history(folder)
        node = ["--no-collector.systemd", "--no-collector.textfile", f"--web.listen-address=127.0.0.1:{self._node_port}"]
        self._start("prometheus-node-exporter", *node)
        self._start(
            "prometheus", f"--config.file={folder / 'prometheus.yml'}", f"--storage.tsdb.path={folder / 'data'}",
            f"--web.listen-address=127.0.0.1:{self.port}", "--storage.tsdb.retention.time=10y", "--query.max-samples=400000",
        )  # fmt: skip
        self.wait_for("vector(1)", answers=1)
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            process.wait(timeout=20)
        self._folder.cleanup()

    def get(self, path: str, **parameters: str) -> Any:
        """An answer of its API, asked without us."""
        url = f"{self.url}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
        with urllib.request.urlopen(url, timeout=10) as answer:
            return orjson.loads(answer.read())["data"]

    def _write_history(self, folder: Path) -> None:
        lines = ["# TYPE room_temperature gauge", *self._history("room_temperature", self.temperature)]
        lines += ["# TYPE visits counter", *self._history("visits_total", self.visits), "# EOF", ""]
        (folder / "history").write_text("\n".join(lines))
        blocks = [
            "promtool",
            "tsdb",
            "create-blocks-from",
            "openmetrics",
            "history",
            "data",
            "--quiet",
            "--max-block-duration=800h",
        ]
        subprocess.run(blocks, cwd=folder, check=True, capture_output=True)

    def _history(self, name: str, value: Any) -> list[str]:
        moments = range(self.history, self.history + HISTORY_HOURS * 3_600, 1_800)
        return [f'{name}{{host="{host}"}} {value(host, moment)} {moment}' for host in HOSTS for moment in moments]

    def temperature(self, host: str, moment: float) -> float:
        return round(20 + HOSTS.index(host) + 5 * math.sin(moment / 86_400 * 2 * math.pi), 6)

    def visits(self, host: str, moment: float) -> int:
        return int(moment - self.history) // 60

    def _start(self, *command: str) -> None:
        self._processes.append(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))

    def wait_for_targets(self) -> None:
        """Until it has asked its own targets: it begins with that five seconds after its start."""
        self.wait_for('up{job=~"prometheus|node"} == 1', answers=2)

    def wait_for(self, query: str, *, answers: int, meanwhile: Callable[[], object] = lambda: None) -> None:
        """Until it answers so many series; `meanwhile` makes what it is to see, again and again: a busy machine may miss a look."""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            meanwhile()
            with contextlib.suppress(OSError):
                if len(self.get("query", query=query)["result"]) == answers:
                    return
            time.sleep(0.02)
        raise AssertionError("Prometheus does not answer")
