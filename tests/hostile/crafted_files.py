"""Hostile hand-ins that are crafted as files and as texts: no code of theirs matters, only what reads and shows them.

They go through `grading autograde`, some also through plain nbgrader, and never to a grader of others.
"""

import gzip
import json
import os
import socket

import nbformat
from submissions import RIGHT, SECTIONS, WRONG, cells, hostile, refused_by, unharmed

SECTIONS.append("The file itself")


def written(kit, text, *extra):
    """The text of a right notebook's file with one place in it replaced: `"PLACE"`, a value of its metadata."""
    notebook = kit.notebook(RIGHT, *extra)
    notebook.metadata["mine"] = "PLACE"
    return json.dumps(notebook).replace('"PLACE"', text).encode()


def the_file(folder):
    return next(folder.glob("*.ipynb"))


@hostile("the notebook is a socket", status="unreadable", handed=lambda folder: the_file(folder).is_socket())
def a_socket(kit):
    with socket.socket(socket.AF_UNIX) as one:
        here = os.getcwd()
        os.chdir(kit.folder)  # a path of a socket is short
        try:
            one.bind(kit.neighbour.name)
        finally:
            os.chdir(here)


@hostile(
    "a file of a terabyte with nothing in it",
    status="unreadable",
    note="file_bytes",
    handed=lambda folder: the_file(folder).stat().st_size == 2**40,
)
def sparse_file(kit):
    with open(kit.folder / kit.neighbour.name, "wb") as file:
        file.truncate(2**40)


@hostile(
    "a file of zeros, as large as is allowed",
    status="unreadable",
    handed=lambda folder: the_file(folder).read_bytes() == bytes(20 * 2**20),
)
def zeros(kit):
    with open(kit.folder / kit.neighbour.name, "wb") as file:
        file.truncate(20 * 2**20)


@hostile(
    "millions of blanks around a notebook",
    **unharmed(handed=lambda folder: the_file(folder).read_bytes().count(b" ") > 15_000_000),
)
def blanks(kit):
    return b" " * 9_000_000 + json.dumps(kit.notebook(RIGHT)).encode() + b" " * 9_000_000


@hostile(
    "every key is there twice, first with what is wanted to be believed",
    points=0.0,
    handed=lambda folder: the_file(folder).read_bytes().count(b'"cells"') == 2,
)
def doubled_keys(kit):
    first, second = (json.dumps(kit.notebook(answers)) for answers in (RIGHT, WRONG))
    return (first[:-1] + ", " + second[1:]).encode()


@hostile(
    "numbers that are none: not a number, infinite, beyond every size",
    **unharmed(handed=lambda folder: b"1e999999" in the_file(folder).read_bytes()),
)
def odd_numbers(kit):
    return written(kit, '[NaN, Infinity, -Infinity, 1e999999, -0.0, 1e-999999, {"NaN": NaN}]')


@hostile(
    "a fraction of ten million digits", **unharmed(handed=lambda folder: the_file(folder).stat().st_size > 10_000_000)
)
def long_fraction(kit):
    return written(kit, "0." + "7" * 10_000_000)


@hostile(
    "ten thousand numbers, each as long as is allowed",
    **unharmed(handed=lambda folder: the_file(folder).stat().st_size > 10_000_000),
)
def long_numbers(kit):
    return written(kit, "[" + ", ".join(["9" * 4_000] * 3_000) + "]")


@hostile(
    "text of two bytes a letter",
    status="unreadable",
    handed=lambda folder: the_file(folder).read_bytes().startswith(b"\xff\xfe"),
)
def wide_text(kit):
    return json.dumps(kit.notebook(RIGHT)).encode("utf-16")


@hostile(
    "two byte order marks",
    status="unreadable",
    handed=lambda folder: the_file(folder).read_bytes().startswith(b"\xef\xbb\xbf" * 2),
)
def two_marks(kit):
    return b"\xef\xbb\xbf" * 2 + json.dumps(kit.notebook(RIGHT)).encode()


@hostile(
    "a compressed notebook", status="unreadable", handed=lambda folder: gzip.decompress(the_file(folder).read_bytes())
)
def compressed(kit):
    return gzip.compress(json.dumps(kit.notebook(RIGHT)).encode() + b" " * 10_000_000)


@hostile(
    "two notebooks in one file",
    status="unreadable",
    handed=refused_by(json.loads, (json.JSONDecodeError, "Extra data")),
)
def two_notebooks(kit):
    return json.dumps(kit.notebook(RIGHT)).encode() + b"\n" + json.dumps(kit.notebook(WRONG)).encode()


@hostile(
    "bytes that are no text",
    status="unreadable",
    handed=refused_by(json.loads, (UnicodeDecodeError, "invalid")),
)
def no_text(kit):
    return json.dumps(kit.notebook(RIGHT)).encode().replace(b"PLACE", b"") + b"\xc0\xaf\xed\xa0\x80"


@hostile("lists without end", status="unreadable", note="file_parts")
def many_lists(kit):
    return written(kit, "[" + "[]," * 1_100_000 + "[]]")


@hostile(
    "metadata as deep as Python can read",
    **unharmed(handed=lambda folder: the_file(folder).read_bytes().count(b"[") > 900),
)
def deep_metadata(kit):
    return written(kit, "[" * 900 + "]" * 900)


@hostile(
    "outputs and attachments that are most of the file",
    **unharmed(handed=lambda folder: the_file(folder).stat().st_size > 15_000_000),
)
def large_outputs(kit):
    notebook = kit.notebook(RIGHT, "pass")
    notebook.cells[2].outputs = [nbformat.v4.new_output("stream", text="x" * 8_000_000)]
    notebook.cells[2]["attachments"] = {"../../../etc/x.png": {"image/png": "A" * 8_000_000}}
    return notebook


@hostile(
    "records of a grader in every place where one could look",
    points=0.0,
    handed=lambda folder: the_file(folder).read_bytes().count(b"dnn_record") > 8,
)
def forged_records(kit):
    notebook = kit.notebook(WRONG)
    record = {"student": "z-honest", "score": 100.0, "max_score": 4.0, "status": "graded", "exercises": []}
    notebook.metadata["dnn_record"] = record
    notebook["dnn_record"] = record
    for part in notebook.cells:
        part.metadata["dnn_record"] = record
        if part.cell_type == "code":
            part["execution_count"] = 10**9
            part["outputs"] = [
                nbformat.v4.new_output("execute_result", {"text/plain": "3.0", "application/json": record})
            ]
    return notebook


@hostile(
    "every value of a cell beside its source is of another kind",
    **unharmed(handed=lambda folder: all(isinstance(cell["metadata"], list) for cell in cells(folder))),
)
def other_kinds(kit):
    notebook = json.loads(json.dumps(kit.notebook(RIGHT)))
    for number, part in enumerate(notebook["cells"]):
        part |= {"metadata": [], "outputs": number, "execution_count": {}, "id": [part["id"]], "attachments": "x"}
        if part["cell_type"] == "code":
            part["source"] = [line for line in part["source"].splitlines(keepends=True) for line in (line, "")]
    return json.dumps({**notebook, "metadata": 7, "nbformat": "four", "nbformat_minor": None}).encode()


@hostile(
    "ids and names without end, of nothing, of half a character, and of other letters that look the same",
    handed=lambda folder: max(len(cell["id"]) for cell in cells(folder)) == 10**6,
)
def odd_ids(kit):
    notebook = json.loads(json.dumps(kit.notebook(WRONG)))
    names = ["x" * 10**6, "", "\ud800", "check_double", "\uff44ouble", "__proto__", "../../double", "double\x00"]
    for part, name in zip(notebook["cells"], names * 9, strict=False):
        part["id"] = name
        part["metadata"] = {"nbgrader": {"grade_id": name, "grade": True, "points": 1e308, "locked": "x"}}
    return json.dumps(notebook).encode()


@hostile(
    "zeros, page feeds and lonely carriage returns in the code",
    points=4.0,
    states=("passed", "failed", "not_attempted"),
    handed=lambda folder: any("\x00" in cell["source"] for cell in cells(folder)),
)
def odd_controls(kit):
    odd = ("a = 1\x00", "\x0c\x0b\rb = 1\r\rc = 2\x1a", "\ufeffd = 1", "# -*- coding: utf-7 -*-\n+AGE-")
    return kit.notebook(RIGHT, *odd)


@hostile(
    "names of functions in letters that Python takes for others",
    handed=lambda folder: any("\uff44ouble" in cell["source"] for cell in cells(folder)),
)
def other_letters(kit):
    letters = {"double": "\uff44ouble", "mean_square": "\U0001d426ean_square"}
    return kit.notebook({name: source.replace(name, letters[name]) for name, source in WRONG.items()})


def _exchange_file(name, make, **verdict):
    """Put a hand-in into the bank with one odd file of the exchange beside a right notebook."""

    def maker(kit):
        for file in ("timestamp.txt", "submission_secret.txt"):
            make(kit, kit.folder / file)
        return kit.notebook(RIGHT)

    maker.__name__ = f"exchange_{name}"
    hostile(
        f"the files of the exchange are {name}",
        **unharmed(handed=lambda folder: len([p for p in folder.iterdir() if p.name.endswith(".txt")]) == 2, **verdict),
    )(maker)


_exchange_file("pipes", lambda kit, path: os.mkfifo(path))
_exchange_file("links", lambda kit, path: path.symlink_to(kit.outside / "canary.txt"))
_exchange_file("second_names", lambda kit, path: os.link(kit.outside / "canary.txt", path))
_exchange_file("folders", lambda kit, path: (path / "x").mkdir(parents=True))
_exchange_file("large", lambda kit, path: path.write_bytes(b"2026-01-01 00:00:00 UTC" + b"x" * 30_000_000))
_exchange_file("dates_without_end", lambda kit, path: path.write_text("9999-12-31 23:59:59.999999 -23:59" * 4))


@hostile(
    "further files: links round and up, pipes, sockets, second names, names that are commands",
    handed=lambda folder: (folder / "loop").is_symlink() and len(list(folder.iterdir())) > 8,
)
def odd_company(kit):
    (kit.folder / "loop").symlink_to("loop")
    (kit.folder / "up").symlink_to("/", target_is_directory=True)
    (kit.folder / "canary").symlink_to(kit.outside / "canary.txt")
    os.link(kit.outside / "canary.txt", kit.folder / "canary.html")
    os.mkfifo(kit.folder / "pipe.txt")
    for name in ("-rf", "$(touch x)", "\x1b[2J.txt", "=1+1.csv", "a\nb", "mini.ipynb ", "MINI.IPYNB", "x" * 250):
        (kit.folder / name).write_text("<script>")
    deep = kit.folder
    for _ in range(60):
        deep /= "d"
    deep.mkdir(parents=True)
    return kit.notebook(WRONG)


SECTIONS.append("What others read")

FORMULAS = (
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(1)",
    "\uff1d1+1",
    "\ufe6211",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    ";=1+1",
    "|=1+1",
    '"=1+1',
    "'=1+1",
    "\u200b=1+1",
    "\u00ad=1+1",
    "\u00a0=1+1",
    "=cmd|' /C mine'!A0",
    '=HYPERLINK("http://mine","x")',
    "=WEBSERVICE(A1)",
    "%0A=1+1",
    "\ufeff=1+1",
    "=\u202e1+1",
)
MARKS = (
    "\u2028\u2029\u200e\u200f\u061c\ufff9\ufffb\u2060\ufeff\u180e\U000e0041\x85\x9c\x08\r\x7f\x1b]8;;http://mine\x07"
)
LETTERS = "Z\u0335\u0341\u0325" * 60 + "\u115f\u3164\ufdfd\U0001f468\u200d\U0001f469"
MARKUP = (
    "</pre></td></table></style></script>]]>--><svg onload=document.title='ran'>",
    "<img src=x onerror=document.title='ran'>",
    "{{ 7 * 7 }}{% raw %}{% include '/etc/passwd' %}${7*7}#{7*7}<%= 7 %>",
    "$$\\href{javascript:document.title='ran'}{x}$$ \\input{/etc/passwd} \\write18{x}",
    "[x](javascript:document.title='ran') ![x](http://mine/x.png) <http://mine> [red]x[/red] [link=//mine]y[/link]",
    "&lt;script&gt;document.title='ran'&lt;/script&gt;&#60;script&#62;\\u003cscript\\u003e",
    "<base href=//mine><meta http-equiv=refresh content=0><iframe srcdoc=x><object data=x><math><mtext></p><style>",
)


def raising(texts):
    """Answers that raise each text in turn, and a cell that warns and raises them."""
    setup = f"texts, raised = {list(texts)!r}, []\nclass Mine(Exception): pass\n"
    setup += "def fail():\n    raised.append(1)\n    return texts[len(raised) % len(texts)]"
    answers = {name: f"def {name}(x):\n    raise ValueError(fail())" for name in RIGHT}
    shown = [f"import warnings\nwarnings.warn(texts[{n}])\nraise Mine(texts[{n}])" for n in range(len(texts))]
    return answers, [setup, *shown]


@hostile("formulas of every dialect at the start of every line of an error", note="Mine: =cmd|")
def formulas_in_errors(kit):
    answers, extra = raising([f"{text}\n{text}" for text in FORMULAS])
    return kit.notebook(answers, *extra)


@hostile("marks that show nothing and turn, hide or link text, in errors and warnings", note="raised Mine")
def marks_in_errors(kit):
    answers, extra = raising([MARKS, MARKS[::-1], LETTERS, MARKS * 20])
    return kit.notebook(answers, *extra)


@hostile("markup of pages, templates, formulas of mathematics and links in errors", note="raised Mine")
def markup_in_errors(kit):
    answers, extra = raising(MARKUP)
    return kit.notebook(answers, *extra)


@hostile(
    "markup of every kind in code, prose and names of cells",
    handed=lambda folder: sum(MARKUP[0] in cell["source"] for cell in cells(folder)) == 4,
)
def markup_in_text(kit):
    text = "\n".join(MARKUP)
    lines = "\n".join(f"# {line}" for line in MARKUP)
    notebook = kit.notebook({name: f"{lines}\n{source}" for name, source in WRONG.items()})
    notebook.cells.insert(1, nbformat.v4.new_markdown_cell(text, id="mine-9"))
    notebook.cells.append(nbformat.v4.new_raw_cell(text, id="mine-10"))
    notebook.metadata["title"] = notebook.metadata["authors"] = text
    notebook.metadata["language_info"] = {"name": text, "pygments_lexer": text, "mimetype": text}
    return notebook


@hostile("names of functions, files and types that are markup", note="document.title")
def markup_in_names(kit):
    broken = (
        "def {name}(x):\n    raise type(mine, (Exception,), {{}})(mine)\n"
        "{name}.__code__ = {name}.__code__.replace(co_name=mine, co_filename=mine, co_qualname=mine)\n"
        "{name}.__name__ = {name}.__qualname__ = mine\n"
        "import linecache\nlinecache.cache[mine] = (1, None, [mine + '\\n'] * 9, mine)"
    )
    return kit.notebook({name: broken.format(name=name) for name in WRONG}, f"mine = {MARKUP[1][:70]!r}")


@hostile("warnings of functions that are markup and commands", note="Mine: done")
def markup_in_warnings(kit):
    text = MARKUP[1] + MARKS + "\x1b[31m=1+1"
    warning = f"import warnings\n    warnings.warn({text!r}, RuntimeWarning)"
    wrong = {name: f"def {name}(x):\n    {warning}\n    return np.zeros((2, 7))" for name in WRONG}
    return kit.notebook(wrong, "raise type('Mine', (Exception,), {})('done')")


@hostile("an error of lines without end, and one of letters that stack up", note="raised Mine")
def tall_errors(kit):
    answers, extra = raising(["\n" * 20_000, "\u0300" * 20_000, "x\n" * 5_000, "\t" * 9_000])
    return kit.notebook(answers, *extra)


NAMES = {  # what it is -> a student's name
    "plus": "+1+1",
    "minus": "-1+1",
    "at": "@SUM(1+1)",
    "wide": "\uff1d1+1",
    "exchange": "=cmd|'calc'!A0",
    "option": "--help",
    "command": "$(touch mine);`touch mine`",
    "template": "{{7*7}}{% raw %}",
    "console": "[red]mine[link=x]y[bold]",
    "page": "\"><svg onload=alert(1)>&amp;'",
    "pattern": "[a-z]*",
    "format": "%s%n{0}{student}",
    "neighbour": "a-honest ",
    "look_alike": "\u0430-honest",
    "split": "e\u0301",
    "joined": "\u00e9",
    "stacked": "Z\u0335\u0341\u0325" * 20,
    "link": "[x](javascript:alert(1))",
    "query": "'; drop table student; --",
}
for what, name in NAMES.items():

    def named(kit):
        return kit.notebook(RIGHT)

    named.__name__ = f"name_{what}"
    hostile(
        "a name that somebody may take for something else",
        student=name,
        **unharmed(handed=lambda folder, name=name: folder.parent.name == name),
    )(named)
