"""`make audit`: whether what is installed has known weaknesses, or that nobody could say.

As strict as `pip-audit --strict`: what the advisory service does not know is not clean. Unlike it,
this goes on to the packages that come after, whose weaknesses would be hidden.
"""

import json
import subprocess
import sys
from typing import Any

COMMAND = [sys.executable, "-m", "pip_audit", "--progress-spinner", "off", "--format", "json"]
#: How pip-audit says that the service refused, or is not there.
UNREACHED = ("Could not connect", "pip_audit._service", "requests.exceptions", "ProxyError")


def verdict(told: str, errors: str) -> tuple[int, str]:
    """The exit status and the words for what pip-audit printed."""
    if not told.strip():
        if any(words in errors for words in UNREACHED):
            return 0, "not audited: the advisory service does not answer"
        return 2, f"pip-audit failed:\n{errors}"
    return _judge(json.loads(told)["dependencies"])


def _judge(packages: list[dict[str, Any]]) -> tuple[int, str]:
    weak = [(each, weakness) for each in packages for weakness in each.get("vulns", ())]
    if weak:
        lines = [f"{each['name']} {each['version']}: {w['id']}" for each, w in weak]
        return 1, "\n".join(["vulnerable:", *lines])
    unknown = [each["name"] for each in packages if "skip_reason" in each]
    if unknown:
        many = f"{len(unknown)} of {len(packages)} packages"
        return 0, f"not audited: the advisory service does not answer for {many}"
    return 0, f"audited, clean: {len(packages)} packages"


def main() -> None:
    """Print the verdict; fail where something is vulnerable, or pip-audit does not run."""
    done = subprocess.run(COMMAND, capture_output=True, text=True, check=False)
    status, words = verdict(done.stdout, done.stderr)
    print(words)
    raise SystemExit(status)


if __name__ == "__main__":
    main()
