"""Fetch Apache ECharts from its npm package again and check it against the recorded sum.

The package is fetched by name through npm, so that whatever registry npm is configured for
is used. Run it from anywhere: ``python tools/vendor_echarts.py``. With ``--record`` the sum of
a new version is written instead of checked: change VERSION, run it so once, look at the diff.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

VERSION = "6.1.0"
FOLDER = Path(__file__).resolve().parent.parent / "static" / "waves" / "vendor" / "echarts"
#: Path in the package, and the name of our copy. NOTICE goes with the Apache licence.
FILES = {
    "package/dist/echarts.esm.min.js": "echarts.esm.min.js",
    "package/LICENSE": "LICENSE",
    "package/NOTICE": "NOTICE",
}
SUMS = FOLDER / "SHA256SUMS"


def download(folder: Path) -> dict[str, bytes]:
    """The contents of our files, out of the package's tarball."""
    command = ["npm", "pack", f"echarts@{VERSION}", "--silent", "--pack-destination", str(folder)]
    subprocess.run(command, check=True, cwd=folder)
    with tarfile.open(next(folder.glob("echarts-*.tgz"))) as package:
        return {name: _read(package, member) for member, name in FILES.items()}


def _read(package: tarfile.TarFile, member: str) -> bytes:
    extracted = package.extractfile(member)
    if extracted is None:
        raise SystemExit(f"{member} is not a file in the package.")
    return extracted.read()


def sums(contents: dict[str, bytes]) -> str:
    """Sums in the format of ``sha256sum --check``."""
    return "".join(
        f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(contents.items())
    )


def main() -> None:
    """Fetch, check, and only then write."""
    with tempfile.TemporaryDirectory() as folder:
        contents = download(Path(folder))
    if "--record" not in sys.argv[1:] and sums(contents) != SUMS.read_text():
        raise SystemExit("The package differs from SHA256SUMS; nothing was written.")
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, data in contents.items():
        (FOLDER / name).write_bytes(data)
    (FOLDER / "VERSION").write_text(VERSION + "\n")
    SUMS.write_text(sums(contents))
    print(f"ECharts {VERSION} is in place.")


if __name__ == "__main__":
    main()
