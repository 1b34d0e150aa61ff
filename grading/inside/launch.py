"""Start the kernel inside the sandbox, after limiting what it may use.

Runs inside the sandbox only, as `python -P launch.py LIMITS_JSON -f CONNECTION_FILE`.
"""

import json
import resource
import sys


def limit(limits):
    """Set hard resource limits for this process and all its children.

    Args:
        limits: resource name without RLIMIT_ -> number, such as {"NPROC": 128}.
    """
    for name, number in limits.items():
        resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (number, number))


def main():
    """Limit, then become an IPython kernel."""
    limit(json.loads(sys.argv.pop(1)))
    from ipykernel.kernelapp import launch_new_instance

    launch_new_instance()


if __name__ == "__main__":
    main()
