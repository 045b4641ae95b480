"""Chromium through its DevTools pipe: open a page, press keys, read what it says, look at it. Nothing but Python."""

from __future__ import annotations

import base64
import importlib.util
import json
import os
import select
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any, Self

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
AXE_PACKAGES = ("axe_playwright_python", "axe_core_python")  # wheels that bundle axe.min.js
SECONDS = 30.0


def axe() -> str | None:
    """The script of axe-core, where a package that bundles it is installed."""
    for name in AXE_PACKAGES:
        spec = importlib.util.find_spec(name)
        for folder in (spec.submodule_search_locations if spec else None) or ():
            if (path := Path(folder) / "axe.min.js").exists():
                return path.read_text(encoding="utf-8")
    return None


class Browser:
    """A headless Chromium; `pages` of it are opened one after another."""

    def __init__(self) -> None:
        self._profile = tempfile.mkdtemp(prefix="derive-chromium-")
        to_child, self._write = os.pipe()
        self._read, from_child = os.pipe()
        flags = "--headless --no-sandbox --disable-gpu --hide-scrollbars --remote-debugging-pipe --no-first-run"
        command = f'exec "{CHROMIUM}" {flags} --user-data-dir="{self._profile}" 3<&{to_child} 4>&{from_child}'
        self._process = subprocess.Popen(
            ["bash", "-c", command], pass_fds=(to_child, from_child), stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        os.close(to_child)
        os.close(from_child)
        self._buffer, self._count, self.events = b"", 0, []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        os.close(self._write)
        os.close(self._read)
        shutil.rmtree(self._profile, ignore_errors=True)

    def send(self, method: str, session: str | None = None, **parameters: Any) -> Any:
        """The result of one command. Raises RuntimeError where the browser refuses."""
        self._count += 1
        asked = {"id": self._count, "method": method, "params": parameters}
        asked |= {"sessionId": session} if session else {}
        os.write(self._write, json.dumps(asked).encode() + b"\0")
        while True:
            message = self._message()
            if message.get("id") == self._count:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']}")
                return message["result"]
            self.events.append(message)

    def _message(self) -> Any:
        end = time.monotonic() + SECONDS
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._read], [], [], max(0.0, end - time.monotonic()))
            if not ready:
                raise TimeoutError(f"the browser said nothing for {SECONDS:g} s")
            self._buffer += os.read(self._read, 1 << 20)
        message, _, self._buffer = self._buffer.partition(b"\0")
        return json.loads(message)

    def open(self, path: Path, *, width: int = 1000, height: int = 900, dark: bool = False, calm: bool = False) -> Page:
        """A page from a file, drawn in a window of this size."""
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = Page(self, session)
        for domain in ("Page", "Runtime", "Log", "Network"):
            page.send(f"{domain}.enable")
        page.send(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 500
        )
        features = [("prefers-color-scheme", "dark" if dark else "light")]
        features += [("prefers-reduced-motion", "reduce" if calm else "no-preference"), ("hover", "hover")]
        page.send("Emulation.setEmulatedMedia", features=[{"name": n, "value": v} for n, v in features])
        page.send("Page.navigate", url=path.resolve().as_uri())
        page.wait("document.readyState === 'complete' && location.protocol === 'file:'")
        return page


class Page:
    """One page, and what went wrong on it."""

    def __init__(self, browser: Browser, session: str) -> None:
        self._browser, self._session = browser, session

    def send(self, method: str, **parameters: Any) -> Any:
        return self._browser.send(method, self._session, **parameters)

    def run(self, script: str) -> Any:
        """The value of an expression, awaited. Raises RuntimeError with what the page threw."""
        done = self.send("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in done:
            raise RuntimeError(done["exceptionDetails"])
        return done["result"].get("value")

    def wait(self, condition: str) -> None:
        """Until an expression is true."""
        end = time.monotonic() + SECONDS
        while not self.run(f"!!({condition})"):
            if time.monotonic() > end:
                raise TimeoutError(f"not within {SECONDS:g} s: {condition}")
            time.sleep(0.02)

    def words(self, selector: str) -> str:
        return str(self.run(f"document.querySelector({json.dumps(selector)}).textContent"))

    def press(self, key: str, code: int = 0, text: str = "") -> None:
        """A key down and up, where the focus is."""
        for kind in ("keyDown", "keyUp"):
            typed = {"text": text} if text and kind == "keyDown" else {}
            self.send("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code, **typed)

    def hover(self, selector: str) -> None:
        """The mouse over the middle of an element."""
        script = f"(r => [r.x + r.width / 2, r.y + r.height / 2])(document.querySelector({json.dumps(selector)})"
        x, y = self.run(script + ".getBoundingClientRect())")
        self.send("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)

    def picture(self) -> bytes:
        """The whole page as PNG."""
        return base64.b64decode(self.send("Page.captureScreenshot", format="png", captureBeyondViewport=True)["data"])

    def complaints(self) -> list[str]:
        """Errors and warnings in the console, and requests that left the page's own file."""
        self.run("1")
        found = []
        for event in (e for e in self._browser.events if e.get("sessionId") == self._session):
            kind, said = event["method"], event["params"]
            if kind == "Runtime.exceptionThrown":
                found.append(str(said["exceptionDetails"]))
            elif kind == "Runtime.consoleAPICalled" and said["type"] in ("error", "warning", "assert"):
                found.append(str(said["args"]))
            elif kind == "Log.entryAdded" and said["entry"]["level"] in ("error", "warning"):
                found.append(said["entry"]["text"])
            elif kind == "Network.requestWillBeSent" and not said["request"]["url"].startswith(("file:", "data:")):
                found.append("asked for " + said["request"]["url"])
        return found

    def violations(self, script: str) -> list[str]:
        """What axe finds against WCAG 2 A and AA and its best practices."""
        self.run(script + ";0")
        tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
        told = (
            "v => v.id + ': ' + v.nodes.slice(0, 3).map(n => n.target.join(' ') + ' ' + n.failureSummary).join(' | ')"
        )
        return list(self.run(f"axe.run({{runOnly: {json.dumps(tags)}}}).then(r => r.violations.map({told}))"))
