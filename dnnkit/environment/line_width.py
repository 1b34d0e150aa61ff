"""Lines of text in a lesson, kept as short as in a book: eyes lose their place in lines that fill a wide screen."""

from typing import Any

# "ch" is the width of a 0, which is wider than most letters: 62ch hold at most 85 characters. Tables, pictures and
# code keep the whole width. The classes are those of JupyterLab and of exported pages; elsewhere nothing changes.
STYLE = """<style>
.jp-MarkdownOutput > :is(p, ul, ol, blockquote, details) { max-width: 62ch; }
</style>"""


def limit_lines(shell: Any) -> None:
    """Show the style in a notebook's page; do nothing in a terminal.

    Args:
        shell: IPython's shell.
    """
    if getattr(shell, "kernel", None) is not None:
        shell.display_pub.publish({"text/html": STYLE, "text/plain": ""})
