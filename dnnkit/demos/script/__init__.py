"""The scripts that draw a demo or a choice in the page: their modules, joined into the one that a widget needs.

The modules are plain JavaScript that the browser reads as it stands. A widget takes one module and no relative
imports, so they are joined here, in the order of their imports; there is no build step.
"""

import functools
import re
from pathlib import Path

DEMO = (
    "style", "elements", "scale", "marks", "panels", "picture_file", "controls", "link", "question", "keys", "pictures",
    "player", "bar", "still", "demo",
)  # fmt: skip
CHOICE = ("elements", "keys", "still", "choice")
IMPORT = re.compile(r"^import \{[^}]*\} from \"\./\w+\.js\";\n", re.MULTILINE)
EXPORT = re.compile(r"^export (?!default)", re.MULTILINE)


@functools.cache
def joined_script(modules: tuple[str, ...]) -> str:
    """Join modules: imports of each other are left out, exports become plain definitions.

    Args:
        modules: their names, each after those that it imports.

    Returns:
        Source of one JavaScript module whose default export has `render`.
    """
    folder = Path(__file__).parent
    sources = ((folder / f"{name}.js").read_text(encoding="utf-8") for name in modules)
    return "\n".join(EXPORT.sub("", IMPORT.sub("", source)) for source in sources)
