"""A copy of the checkout, in which mutants are tried one after the other."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOM_S = 5.0
"""Seconds of CPU that the tests of a mutant may take beyond twice what they usually take."""
PATIENCE = 20.0
"""How many times that may pass on the clock: the machine may be busy with other things."""
ENVIRONMENT = {"CI": "", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
"""Plugins of pytest take longer to load than most of these tests run, and none needs one."""
RUNNER = Path(__file__).with_name("mutant_runner.py")


class Copy:
    """The copy, and the process that runs tests in it; `close` ends that."""

    def __init__(self, root: Path, folder: Path) -> None:
        """Copies every file that git knows or does not ignore from `root` to `folder`."""
        self._folder = folder
        self._tests: tuple[str, ...] = ()
        self._runner: subprocess.Popen[str] | None = None
        self._usual = 0.0
        """Seconds of CPU that the tests take without a mutant."""
        names = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=root,
            check=True,
            capture_output=True,
        ).stdout
        for name in names.decode().split("\0"):
            if name and (root / name).exists():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(root / name, folder / name, follow_symlinks=False)

    def close(self) -> None:
        """End the process that runs the tests."""
        if self._runner is not None:
            self._runner.kill()
            self._runner.communicate()
            self._runner = None

    def read(self, file: str) -> bytes:
        """A file as it was copied."""
        return (self._folder / file).read_bytes()

    def failed(self, file: str, content: bytes, tests: tuple[str, ...]) -> str:
        """The first test that fails with this content of a file, *time* where they take too long,
        empty where all pass. Raises RuntimeError where they fail without it."""
        if tests != self._tests:
            self._start(tests)
        path, source = self._folder / file, self.read(file)
        path.write_bytes(content)
        self._forget(path)
        try:
            return self._run(2.0 * self._usual + ROOM_S)[0]
        finally:
            path.write_bytes(source)
            self._forget(path)

    def _start(self, tests: tuple[str, ...]) -> None:
        self.close()
        self._tests = tests
        self._runner = subprocess.Popen(
            [sys.executable, str(RUNNER), *tests],
            cwd=self._folder,
            env={**os.environ, **ENVIRONMENT, "PYTHONPATH": str(self._folder)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        failed, self._usual = self._run(900.0)
        if failed:
            raise RuntimeError(f"without a mutant {failed} fails already; mend that first")

    @staticmethod
    def _forget(path: Path) -> None:
        """Bytecode is compared with its source by size and second, which may both be equal."""
        for compiled in (path.parent / "__pycache__").glob(f"{path.stem}.*.pyc"):
            compiled.unlink()

    def _run(self, limit: float) -> tuple[str, float]:
        """What failed, and the seconds of CPU that were used."""
        runner = self._runner
        assert runner is not None
        assert runner.stdin is not None
        assert runner.stdout is not None
        print(round(limit) + 1, round(PATIENCE * limit), file=runner.stdin, flush=True)
        answer = runner.stdout.readline()
        if not answer:
            raise RuntimeError(f"the process that runs {' '.join(self._tests)} has ended")
        code, used, said = json.loads(answer)
        if code < 0:
            return "time", used
        if code == 0:
            return "", used
        found = re.search(r"^(?:FAILED|ERROR) (\S+)", said, flags=re.MULTILINE)
        return found.group(1) if found else said.strip()[-200:], used
