"""Hostile hand-ins that lie from inside: objects, modules, hooks and messages that are not what they say.

Each has its chance, as its witness says, and earns nothing that it did not work for. They do no harm, and need the
kernel of the grader: each looks at parts of it.
"""

from submissions import NO, RIGHT, SECTIONS, WRONG, cell, unharmed

SECTIONS.append("Objects that lie")


def answers(expression):
    """Both answers return the value of an expression."""
    return {name: f"def {name}(x):\n    return {expression}" for name in WRONG}


cell(
    "another_class: an object that says that it is an array",
    "class Lies:\n    __class__ = property(lambda self: np.ndarray)\n"
    "    dtype, shape, size = np.dtype(float), (3,), 3\n"
    "    def __array__(self, *a, **k): return np.full(3, 2.0)\n    def __eq__(self, other): return True",
    answers("Lies()"),
    states=("failed",),
    inside="isinstance(double(1), np.ndarray) and type(double(1)) is Lies and double(1) == 7",
)
cell(
    "another_generator: an object that says that it is a random generator, with a state of its own",
    "class State(dict):\n    def __getitem__(self, key): return self if key == 'state' else '9' * 10**6\n"
    "class Lies:\n    __class__ = property(lambda self: np.random.Generator)\n"
    "    class bit_generator: state = State(bit_generator='PCG64')\n",
    answers("Lies()"),
    states=("failed",),
    inside="isinstance(double(1), np.random.Generator)",
)
cell(
    "class_equal_to_all: a class that is equal to every other class",
    "class Meta(type):\n    def __eq__(cls, other): return True\n    def __hash__(cls): return hash(list)\n"
    "    def __instancecheck__(cls, other): return True\n"
    "class Lies(metaclass=Meta):\n    def __len__(self): return 0\n    def __iter__(self): return iter(())\n"
    "    def items(self): return ()",
    answers("Lies()"),
    states=("failed",),
    inside="type(double(1)) in (list, tuple, dict)",
)
cell(
    "every_attribute: an object that has every attribute and can be called as anything",
    "class All:\n    def __getattr__(self, name): return self\n    def __call__(self, *a, **k): return self\n"
    "    def __array__(self, *a, **k): return self\n    def __getitem__(self, key): return self",
    answers("All()"),
    states=("failed",),
    inside="double(1).detach().cpu().dtype.name is not None",
)
cell(
    "deep_attributes: an object whose attributes never end",
    "class Deep:\n    def __getattr__(self, name): return getattr(Deep(), name)",
    answers("Deep()"),
    states=("failed", "crashed"),
    inside="type(double(1)) is Deep",
)
cell(
    "memory_of_others: an array that says that it lies where no memory is",
    "class Wild:\n    __array_interface__ = {'data': (8, False), 'shape': (4,), 'typestr': '<f8', 'version': 3}\n"
    "class Lies:\n    def __array__(self, *a, **k): return np.asarray(Wild())",
    answers("Lies()"),
    states=("crashed",),
    note="Python stopped while",
)
cell(
    "stretched: arrays with more numbers than bytes",
    "from numpy.lib.stride_tricks import as_strided\nlarge = as_strided(np.zeros(1), (2**21, 2**9), (0, 0))",
    answers("large if np.ndim(x) else as_strided(np.zeros(1), (2**40, 0), (0, 0))"),
    states=("failed",),
    inside="double(np.zeros(3)).size == 2**30",
)
cell(
    "arrays_of_names: arrays with fields, of texts, of dates and of objects",
    "kinds = [np.zeros(3, [('a', 'f8'), ('b', 'O')]), np.array(['2', '4']), np.array(['2026-01-01'], 'M8[D]'),\n"
    "         np.array([{}, []], object), np.zeros(2, 'V100000')]\nreturned = []",
    answers("returned.append(1) or kinds[len(returned) % 5]"),
    states=("failed",),
    inside="len(returned) > 3",
)
cell(
    "texts_that_fail: exceptions whose texts fail, never end or are no texts",
    "class Bad(Exception):\n    def __str__(self): return 7\n    __repr__ = __str__\n"
    "class Large(Exception):\n    def __str__(self): return 'x' * 30_000_000\n"
    "class Deep(Exception):\n    def __str__(self): return str(self)\nraised = []\n"
    "def fail():\n    raised.append(1)\n    raise (Bad, Large, Deep)[len(raised) % 3]()",
    answers("fail()"),
    states=("failed", "crashed"),
    inside="raised",
)
cell(
    "names_that_fail: exceptions with names without end, of no letters, and of those that mean something else",
    "kinds = [type('E' * 10**6, (Exception,), {}), type('', (Exception,), {}),\n"
    "         type('NameError', (Exception,), {}), type('NotImplementedError', (BaseException,), {})]\nraised = []\n"
    "def fail():\n    raised.append(1)\n    raise kinds[len(raised) % 4]('mine')",
    answers("fail()"),
    inside="raised",
)
cell(
    "ends_of_everything: exceptions that end a program, a thread, a generator and a task",
    "import asyncio\nraised = []\n"
    "kinds = [SystemExit, KeyboardInterrupt, GeneratorExit, asyncio.CancelledError, StopIteration]\n"
    "def fail():\n    raised.append(1)\n    raise kinds[len(raised) % 5](0)",
    answers("fail()"),
    inside="raised",
)
cell(
    "chains_without_end: exceptions that are their own cause, in groups without end",
    "def fail():\n    error, other = ExceptionGroup('mine', [ValueError('x')] * 1000), ValueError('y')\n"
    "    error.__context__, other.__context__ = other, error\n    error.__notes__ = ['n' * 10_000] * 100\n"
    "    raise error",
    answers("fail()"),
    states=("failed",),
    note="raised ExceptionGroup",
)
ODD = {  # name -> a plain value that no check asks for
    "text": "'3.0'",
    "truth": "True",
    "none": "None",
    "no_numbers": "np.full((2, 7), np.nan)",
    "large_number": "10**599",
    "small_floats": "np.full((2, 7), np.inf, np.float16)",
    "many_axes": "np.zeros((1,) * 16)",
    "no_rows": "np.zeros((0, 2**20))",
    "odd_keys": "{None: 1, True: 2, 1.5: 3, '': {}, float('nan'): []}",
    "ragged": "[[1.0, [2.0, [3.0]]], (), [[]], 'x']",
    "drawing": "np.random.default_rng(0)",
    "commands": "['\\x00', '\\u202e', '\\x1b[2J', '=1+1', '<script>']",
}
for name, value in ODD.items():
    cell(
        f"plain_{name}: an answer of plain data that no check asks for",
        "called = []",
        answers(f"called.append(1) or {value}"),
        states=("failed",),
        inside="called",
    )

SECTIONS.append("Hooks of Python and IPython")

cell(
    "import_hook: an import hook that makes every module that is asked for",
    "import builtins, sys, types\nserved = []\nclass Reply:\n    def _repr_json_(self): return 100.0\n"
    "real = builtins.__import__\n"
    "def mine(name, *a, **k):\n"
    "    if name.startswith(('dnn_sandbox', 'grading')):\n"
    "        served.append(name)\n        return types.SimpleNamespace(answer=lambda text: Reply())\n"
    "    return real(name, *a, **k)\n"
    "builtins.__import__ = mine\n"
    "class Finder:\n    def find_spec(self, name, path=None, target=None): served.append(name)\n"
    "sys.meta_path.insert(0, Finder())",
    states=("crashed",),
    inside="'dnn_sandbox.agent' in served",
)
cell(
    "audit_hook: an audit hook that reads what is compiled, and forbids that more is",
    "import sys\nheard, armed = [], []\n"
    "def hook(event, inputs):\n"
    "    if event == 'compile': heard.append(str(inputs[0])[:200])\n"
    "    if armed and event == 'compile' and 'answer' in str(inputs[0]): raise RuntimeError('not this')\n"
    "sys.addaudithook(hook)\narmed.append(1)",
    inside="any('ans' + 'wer' in text for text in heard)",
)
cell(
    "profiler: a profiler that looks into every frame for what is expected",
    "import sys\nseen, secrets, busy = set(), [], []\n"
    "def look(frame, event, value):\n"
    "    if busy: return\n"
    "    busy.append(1)\n"
    "    seen.add(frame.f_code.co_name)\n"
    "    for scope in (frame.f_locals, frame.f_globals):\n"
    "        for name in ('expected', 'reference', '_reference', 'solution', 'seed'):\n"
    "            if name in scope and frame.f_code.co_name in ('serve', 'answer', 'call', '_observe', '_listen'):\n"
    "                secrets.append(name)\n"
    "    busy.clear()\n"
    "sys.setprofile(look)",
    inside="{'serve', '_observe', 'double'} <= seen and not secrets",
)
cell(
    "changed_frames: the frames that wait for an answer are given other values",
    "import ctypes, sys\nchanged = []\n"
    "def change():\n"
    "    frame = sys._getframe(2)\n"
    "    while frame:\n"
    "        for name in ('inputs', 'copies', 'request', 'repeat', 'outcome', 'observed'):\n"
    "            if name in frame.f_locals and frame.f_code.co_name in ('_observe', '_listen', 'call', 'serve'):\n"
    "                frame.f_locals[name] = {}\n"
    "                ctypes.pythonapi.PyFrame_LocalsToFast(ctypes.py_object(frame), ctypes.c_int(0))\n"
    "                changed.append(name)\n"
    "        frame = frame.f_back\n    return 3.0",
    answers("change()"),
    inside="changed",
)
cell(
    "everything_alive: every object that the garbage collector knows is searched for answers",
    "import gc, types\nsearched, met = 0, []\n"
    "for one in gc.get_objects():\n"
    "    searched += 1\n"
    "    if type(one) is dict and not {'expected', '_reference', 'reference'}.isdisjoint(map(str, list(one)[:50])):\n"
    "        met += [value for key, value in one.items() if key in ('expected', '_reference', 'reference')\n"
    "                and isinstance(value, (dict, types.ModuleType)) and ('double' in value if type(value) is dict\n"
    "                else hasattr(value, 'mean_square'))]\n"
    "gc.callbacks.append(lambda *a: None)",
    RIGHT,
    **unharmed(inside="searched > 1_000 and not met"),
)
cell(
    "ends_of_objects: objects that do something when they go",
    "import sys, weakref\ngone = []\nclass Goes:\n    def __del__(self):\n        gone.append(1)\n"
    "        sys.modules.pop('dnnkit.checking.wire', None)\n        raise SystemExit(1)\n"
    "class Array(np.ndarray):\n    def __array_finalize__(self, other): Goes()",
    {
        "double": "def double(x):\n    Goes()\n    return (2 * np.asarray(x)).view(Array)",
        "mean_square": "def mean_square(x):\n    Goes()\n    return np.mean(np.asarray(x) ** 2)",
    },
    points=4.0,
    states=("passed", "failed", "partial", "crashed"),
    inside="gone",
)
cell(
    "names_of_its_own: names that answer whatever is looked for",
    "shell = get_ipython()\nasked = []\n"
    "class Names(dict):\n"
    "    def get(self, name, default=None):\n        asked.append(name)\n        return lambda *a: 3.0\n"
    "    def __contains__(self, name): return True\n"
    "import IPython, types\n"
    "IPython.get_ipython = lambda: types.SimpleNamespace(user_ns=Names())",
    inside="'double' in asked",
)
cell(
    "replaced_questions: IPython's own answer to questions is replaced",
    "shell, asked = get_ipython(), []\n"
    "outcome = {'kind': 'returned', 'value': 3.0, 'mutated': []}\n"
    "said = {'data': {'application/json': {'outcome': outcome, 'message': '', 'place': '', 'warnings': []}},\n"
    "        'metadata': {}, 'status': 'ok'}\n"
    "def answer_all(expressions):\n    asked.append(1)\n    return {name: said for name in expressions}\n"
    "real = shell.user_expressions\n"
    "shell.user_expressions = lambda e: real(e) if 'Witness' in str(e) else answer_all(e)",
    inside="asked",
)
cell(
    "hooks_that_fail: hooks of IPython that fail before and after every cell",
    "shell, called = get_ipython(), []\n"
    "def fail(*a):\n    called.append(1)\n    raise RuntimeError('mine')\n"
    "for name in ('pre_execute', 'pre_run_cell', 'post_execute', 'post_run_cell'): shell.events.register(name, fail)\n"
    "import sys\nsys.excepthook = sys.unraisablehook = sys.displayhook = fail",
    RIGHT,
    **unharmed(inside="len(called) > 5"),
)
cell(
    "lying_json: the module that writes and reads texts of data lies",
    "import json, types\nloads, asked = json.loads, []\n"
    "import dnn_sandbox.agent as agent, dnnkit.checking.wire as wire\n"
    "agent.json = types.SimpleNamespace(loads=lambda text: asked.append(1) or {**loads(text), 'repeat': False,\n"
    "    'inputs': {'x': 1.0}})\n"
    "wire.decode = agent.decode = lambda value, **k: np.zeros(3)",
    states=("failed", "crashed"),
    inside="asked",
)
cell(
    "interrupts_itself: interrupts and alarms at every moment",
    "import _thread, signal, threading, time\nrung = []\n"
    "def ring(*a):\n    rung.append(1)\n    raise KeyboardInterrupt\n"
    "signal.signal(signal.SIGALRM, ring)\n"
    "def later():\n    time.sleep(0.2)\n    signal.setitimer(signal.ITIMER_REAL, 0.02, 0.05)\n"
    "threading.Thread(target=later, daemon=True).start()",
    points=0.0,
    note="score",
)
cell(
    "other_context: numbers, warnings and limits of the kernel are set for everybody who comes later",
    "import decimal, gc, locale, random, sys, warnings\nnp.seterr(all='raise')\nwarnings.simplefilter('error')\n"
    "sys.setrecursionlimit(200)\nsys.set_int_max_str_digits(640)\ngc.set_threshold(1)\nsys.setswitchinterval(1e-6)\n"
    "np.set_printoptions(threshold=0)\ndecimal.getcontext().prec = 1\nset = True",
    RIGHT,
    **unharmed(inside="set is True"),
)

SECTIONS.append("Messages that are none")

CHANGED = (
    "import json\nsession, changed = get_ipython().kernel.session, []\nreal = session.serialize\n"
    "def serialize(message, ident=None):\n"
    "    frames = real(message, ident)\n"
    "    if message['header']['msg_type'] != 'execute_reply': return frames\n"
    "    at = frames.index(b'<IDS|MSG>')\n    before, parts, more = frames[:at + 1], frames[at + 2:at + 6], []\n"
    "    header, parent, content = (json.loads(parts[number]) for number in (0, 1, 3))\n"
    "    changed.append(1)\n    {change}\n"
    "    return [*before, session.sign(parts), *parts, *more]\n"
    "session.serialize = serialize"
)


def changed(changes, kind, about, answer, **verdict):
    """Hand in one reply for each change of its parts: name -> lines of Python."""
    for name, change in changes.items():
        cell(f"{kind}_{name}: {about}", CHANGED.replace("{change}", change), answer, **verdict)


ENDING = {  # name -> a change of a reply, for which the kernel is given up
    "version": "parts[0] = json.dumps({**header, 'version': '6.0'}).encode()",
    "list_as_header": "parts[0] = json.dumps([header]).encode()",
    "long_header": "parts[0] = json.dumps({**header, 'x': 'y' * 70_000}).encode()",
    "deep_parent": "parts[1] = b'[' * 50_000 + b']' * 50_000",
    "deep_content": "parts[3] = b'{\"status\": ' + b'[' * 200_000 + b']' * 200_000 + b'}'",
    "long_number": "parts[3] = b'{\"status\": ' + b'9' * 10_000 + b'}'",
    "half_a_text": 'parts[3] = b\'{"status": "\\xff\\xfe\'',
    "many_frames": "more = [b''] * 40",
    "no_frames": "return []  # nothing is sent; the next question is answered",
    "many_parts": "parts[3] = b'[' + b'0,' * 600_000 + b'0]'",
}
changed(ENDING, "message", "a reply that is no message of Jupyter's", RIGHT, **unharmed(note="ended Python"))
GOING_ON = {  # name -> a change that says nothing else
    "many_texts": "parts[3] = json.dumps({'status': 'ok', 'user_expressions': 7, 'x': [float('nan')] * 9}).encode()",
    "doubled_keys": 'parts[3] = b\'{"status": 7, "status": "ok", "user_expressions": [], "user_expressions": {}}\'',
    "wide_text": "parts[3] = json.dumps({'status': 'ok'}).encode('utf-16')",
    "long_fraction": "parts[3] = b'{\"status\": 0.' + b'7' * 3_000_000 + b'}'",
}
ANOTHER = {"another_question": "parts[1] = json.dumps({**parent, 'msg_id': parent['msg_id'] + '0'}).encode()"}
about = "a reply that says nothing of use, in an odd way"
changed(GOING_ON, "reply", about, WRONG, states=NO, note="was not plain data")
changed(ANOTHER, "reply", about, WRONG, states=NO, note="ended Python")
cell(
    "wrong_key: a reply signed with another key",
    CHANGED.replace("{change}", "return [*before, b'0' * 64, *parts]"),
    RIGHT,
    **unharmed(note="ended Python"),
)
cell(
    "early_news: the question whether it still works is answered before it is asked",
    "import asyncio\nkernel, sent = get_ipython().kernel, []\nident, parent = kernel._shell_parent_ident.get(), "
    "kernel.get_parent()['header']\nstem, _, number = parent['msg_id'].rpartition('_')\n"
    "for later in range(1, 40):\n"
    "    header = {**parent, 'msg_id': f'{stem}_{int(number) + later}', 'msg_type': 'kernel_info_request'}\n"
    "    for kind in ('kernel_info_reply', 'shutdown_reply', 'comm_close', 'status'):\n"
    "        kernel.session.send(kernel.shell_stream.socket, kind, {'status': 'ok'}, {'header': header}, ident)\n"
    "        sent.append(kind)",
    note="score",
)
