"""Tests of a client of LM Studio's download API, in Python, against modeldock.

One file on the standard library: copy it beside your tests, or put its folder on PYTHONPATH. It needs Python 3.8 or later,
and the command `modeldock`.

pytest: `pytest_plugins = ["modeldock"]` in conftest.py gives each test that asks for it the fixture `lm`.
unittest: `class MyTest(modeldock.LmMixin, unittest.TestCase)` gives each test `self.lm`.

Each test has a session of its own: its own clock, which stands still until the test moves it, and its own downloads, faults
and journal. A test that passes fails for findings: what its client did that would hurt with a real LM Studio. A test that
fails says what its client called, and how to bring the session back.

The server is that of `modeldock exec -- pytest`, or one that is started for the run; workers of pytest-xdist share it. It
is found in this order: the variable MODELDOCK_BIN (a command line), `modeldock` on the PATH or in node_modules, `npx
modeldock`.
"""

import atexit
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import time
import urllib.error
import urllib.request

__all__ = ["ControlError", "FindingsError", "Job", "Lm", "LmMixin", "Server", "open_session"]

_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class ControlError(Exception):
    """Reports a call of the control API that was refused."""

    def __init__(self, status, code, message):
        super().__init__(message)
        self.status = status
        self.code = code


class FindingsError(AssertionError):
    """Reports a client that did what would hurt with a real LM Studio."""


class Server:
    """A server that this process started, or one that was there already."""

    def __init__(self, url, process=None):
        self.url = url.rstrip("/")
        self._process = process

    @classmethod
    def start(cls, flags=()):
        """Starts `modeldock` on a free port; the flags are those of the command."""
        command = [*_find_command(), "--port", "0", "--json", "--log-level", "warn", *flags]
        group = {} if os.name == "nt" else {"start_new_session": True}
        try:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, **group)
        except OSError as error:
            raise RuntimeError(
                f"Cannot start modeldock with {shlex.join(command)}: {error}. Install it (npm i -D modeldock), or set "
                "MODELDOCK_BIN to its command line."
            ) from error
        server = cls("", process)
        # Where the test runner ends without saying so.
        atexit.register(server.close)
        line = process.stdout.readline()
        try:
            server.url = json.loads(line)["url"]
        except ValueError as error:
            server.close()
            raise RuntimeError(
                f"Cannot start modeldock with {shlex.join(command)}: expected a line of JSON with its address, found "
                f"{line!r}. What it printed on standard error says why."
            ) from error
        return server

    def close(self):
        """Ends the server, where this process started it."""
        process, self._process = self._process, None
        if process is None:
            return
        atexit.unregister(self.close)
        if process.poll() is None:
            _end(process)
        process.stdout.close()


def _end(process):
    # npx starts the command as a process of its own, which would stay.
    send = process.send_signal if os.name == "nt" else lambda number: os.killpg(process.pid, number)
    try:
        send(signal.SIGTERM)
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    except ProcessLookupError:
        pass


def _find_command():
    given = os.environ.get("MODELDOCK_BIN")
    if given:
        return shlex.split(given)
    folders, folder = [], os.getcwd()
    while folder not in folders:
        folders.append(folder)
        folder = os.path.dirname(folder)
    local = os.pathsep.join(os.path.join(each, "node_modules", ".bin") for each in folders)
    found = shutil.which("modeldock") or shutil.which("modeldock", path=local)
    if found:
        return [found]
    return [shutil.which("npx") or "npx", "--yes", "modeldock"]


class Lm:
    """An isolated LM Studio for one test, on a clock that stands still until the test moves it."""

    def __init__(self, server_url, session):
        self.server_url = server_url
        self.session = session
        #: The address for the client under test, in place of LM Studio's.
        self.url = f"{server_url}/s/{session}"
        #: For a client whose address cannot have a path: sent with each call, to `server_url`.
        self.headers = {"X-Modeldock-Session": session}
        #: For a client that can send neither: its API token.
        self.token = f"session:{session}"
        self._ignored = set()

    def control(self, method, path, body=None):
        """Calls the control API of this session, for instance `control("GET", "/jobs")`."""
        return _call(f"{self.url}/__modeldock{path}", method, body)

    def expect_download(self, model, timeout=5.0):
        """Waits until the client has asked for a model (`*` stands for any text), and returns its Job."""
        deadline = time.monotonic() + timeout
        while True:
            for each in reversed(self.control("GET", "/jobs")):
                if _matches(model, each["model"]):
                    return Job(self, each["id"], each["model"])
            if time.monotonic() >= deadline:
                raise AssertionError(f"Expected a download of {model}: no client asked for it within {timeout} s.")
            time.sleep(0.02)

    def pass_time(self, seconds):
        """Lets the session's time pass; returns the transitions of downloads on the way."""
        return self.control("POST", "/clock/advance", {"ms": round(seconds * 1000)})["transitions"]

    def add_fault(self, effect, **fault):
        """Breaks calls: `add_fault({"type": "status", "status": 503}, when={"route": "status"}, times=2)`."""
        return self.control("POST", "/faults", {"effect": effect, **fault})

    def jobs(self):
        return self.control("GET", "/jobs")

    def journal(self):
        """What the client called and was answered."""
        return self.control("GET", "/journal")

    def findings(self):
        """What the client did that would hurt with a real LM Studio, without what is ignored."""
        found = self.control("GET", "/findings")
        return [each for each in found if each["judged"] is True and each["id"] not in self._ignored]

    def ignore_findings(self, *ids):
        """Findings that do not fail this test."""
        self._ignored.update(ids)

    def report(self):
        """The calls of the client, the findings, and how to bring the session back, as text."""
        return _send(f"{self.url}/__modeldock/report", "GET").decode().strip()

    def check_findings(self):
        """Raises FindingsError where the client did what would hurt with a real LM Studio."""
        findings = self.findings()
        if findings:
            raise FindingsError(
                "The test passed, and its client did what would hurt with a real LM Studio. Fix the client, or say in "
                f'the test lm.ignore_findings("{findings[0]["id"]}").\n\n{self.report()}'
            )

    def close(self):
        """Drops the session."""
        try:
            _call(f"{self.server_url}/__modeldock/sessions/{self.session}", "DELETE")
        except ControlError as error:
            # The real engine has one session only, which stays.
            if error.status not in (404, 501):
                raise


class Job:
    """A download that the client under test has asked for."""

    def __init__(self, lm, id, model):
        self._lm = lm
        self.id = id
        self.model = model

    def get(self):
        """The job as it stands."""
        return self._lm.control("GET", f"/jobs/{self.id}")

    def go_to(self, moment):
        """Moves the clock to a moment: "42%", 0.42, "paused", "completed", "failed" or {"bytes": 1000}."""
        self._lm.control("POST", "/clock/advance", {"until": {"job": self.id, **_goal(moment)}})
        return self.get()

    def pause(self):
        return self._lm.control("POST", f"/jobs/{self.id}/pause")

    def resume(self):
        return self._lm.control("POST", f"/jobs/{self.id}/resume")

    def cancel(self):
        return self._lm.control("POST", f"/jobs/{self.id}/cancel")

    def fail(self, code="network_error", reason=None):
        return self._lm.control("POST", f"/jobs/{self.id}/fail", {"code": code, **({"reason": reason} if reason else {})})


def open_session(server_url, title):
    """Opens a session for a test of this title, with a clock that stands still."""
    lm = Lm(server_url.rstrip("/"), _name_session(title))
    try:
        lm.control("PUT", "/clock", {"mode": "frozen"})
    except ControlError as error:
        # Real downloads have the machine's time.
        if error.status != 501:
            raise
    return lm


_count = 0


def _name_session(title):
    """A name differs at each call: tests are repeated, and workers share a server."""
    global _count
    _count += 1
    slug = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[-36:].strip("-") or "test"
    return f"{slug}-{os.getpid()}-{_count}"


def _call(url, method, body=None):
    text = _send(url, method, body)
    return json.loads(text) if text else None


def _send(url, method, body=None):
    data = None if body is None else json.dumps(body).encode()
    headers = {} if data is None else {"Content-Type": "application/json"}
    if os.environ.get("MODELDOCK_CONTROL_TOKEN"):
        headers["X-Modeldock-Token"] = os.environ["MODELDOCK_CONTROL_TOKEN"]
    try:
        with _OPENER.open(urllib.request.Request(url, data, headers, method=method)) as answer:
            return answer.read()
    except urllib.error.HTTPError as error:
        raise _refusal(error.code, error.read(), f"{method} {url}") from None
    except urllib.error.URLError as error:
        raise RuntimeError(f"Cannot reach modeldock with {method} {url}: {error.reason}. Is it started there?") from error


def _refusal(status, text, call):
    try:
        error = json.loads(text)["error"]
        return ControlError(status, error["code"], error["message"])
    except (ValueError, KeyError, TypeError):
        return ControlError(status, "unexpected", f"{call} is not answered by modeldock: status {status}, {text[:200]!r}")


def _goal(moment):
    if moment in ("downloading", "paused", "completed", "failed"):
        return {"status": moment}
    if isinstance(moment, dict) and list(moment) == ["bytes"]:
        return moment
    percent = re.fullmatch(r"(\d+(?:\.\d+)?) ?%", moment) if isinstance(moment, str) else None
    progress = float(percent[1]) / 100 if percent else moment
    if isinstance(progress, (int, float)) and 0 <= progress <= 1:
        return {"progress": progress}
    raise ValueError(
        f"Cannot go to {moment!r}: expected a share such as '42%' or 0.42, {{'bytes': 1000}}, or one of downloading, "
        "paused, completed, failed."
    )


def _matches(pattern, model):
    wanted = re.sub(r"^https://huggingface\.co/|/$", "", pattern, flags=re.I)
    expression = re.compile(".*".join(map(re.escape, wanted.split("*"))), re.I | re.S)
    repo = model if "@" in wanted else model.split("@", 1)[0]
    return bool(expression.fullmatch(model) or expression.fullmatch(repo))


# The server of this run, started when the first test needs it.

_server = None


def _server_of_run(flags=()):
    global _server
    if _server is None:
        url = os.environ.get("MODELDOCK_URL")
        _server = Server(url) if url else Server.start(flags)
    return _server


def _close_server_of_run():
    global _server
    if _server is not None:
        _server.close()
        _server = None


class LmMixin:
    """Gives each test of a unittest.TestCase `self.lm`. Put it before the TestCase."""

    #: Flags of the command, for instance ("--profile", "lmstudio-0.4"); those of the first class that runs count.
    modeldock_flags = ()

    def setUp(self):
        super().setUp()
        self.lm = open_session(_server_of_run(self.modeldock_flags).url, self.id())
        self.addCleanup(self.lm.close)

    def _callTestMethod(self, method):
        try:
            super()._callTestMethod(method)
        except AssertionError as error:
            _append(error, self.lm.report())
            raise
        self.lm.check_findings()


def _append(error, report):
    text = str(error.args[0]) if error.args else type(error).__name__
    error.args = (f"{text}\n\n{report}", *error.args[1:])


# pytest. The hooks are found by their names; without pytest they are functions that nothing calls.

try:
    import pytest
except ImportError:
    pytest = None

if pytest is not None:

    def pytest_addoption(parser):
        parser.addini("modeldock_flags", "flags of the server, for instance --profile lmstudio-0.4", type="args", default=[])

    def pytest_configure(config):
        # The workers of pytest-xdist are started later, and inherit the variable.
        if getattr(config.option, "numprocesses", None) and not hasattr(config, "workerinput"):
            os.environ["MODELDOCK_URL"] = _server_of_run(config.getini("modeldock_flags")).url
            config._modeldock_set_url = True

    def pytest_unconfigure(config):
        _close_server_of_run()
        if getattr(config, "_modeldock_set_url", False):
            os.environ.pop("MODELDOCK_URL", None)

    @pytest.fixture(scope="session")
    def modeldock_server(request):
        """The server of this run."""
        return _server_of_run(request.config.getini("modeldock_flags"))

    @pytest.fixture
    def lm(request, modeldock_server):
        """An isolated LM Studio for this test, on a clock that stands still until the test moves it."""
        session = open_session(modeldock_server.url, request.node.name)
        yield session
        session.close()

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_makereport(item, call):
        report = (yield).get_result()
        session = getattr(item, "funcargs", {}).get("lm")
        if call.when != "call" or not isinstance(session, Lm):
            return
        if report.failed:
            report.sections.append(("modeldock", session.report()))
        elif report.passed:
            try:
                session.check_findings()
            except FindingsError as error:
                report.outcome = "failed"
                report.longrepr = str(error)
