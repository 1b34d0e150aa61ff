"""Honest submissions that look odd, each to a lesson with right answers in it: all must get full marks.

Each maker gets a `Kit` and returns what lies at `<student>/<lesson>/<topic>.ipynb`: a notebook, or bytes.
"""

import copy
import json
import re
from dataclasses import dataclass

import nbformat

from grading.authoring.sample_class import with_answers

MAKERS = {}


def odd(make):
    """Put a maker into the bank under its function's name."""
    MAKERS[make.__name__] = make
    return make


@dataclass(frozen=True)
class Kit:
    """What a maker works with.

    Attributes:
        release: nbformat dict of the released lesson.
        right: exercise -> right source of its cell.
    """

    release: dict
    right: dict

    def notebook(self, changes=None, before=(), after=()):
        """Make a notebook of right answers, some changed, with cells before the first exercise and at the end."""
        notebook = with_answers(self.release, {**self.right, **(changes or {})})
        first = next(number for number, cell in enumerate(notebook.cells) if cell.id in self.right)
        notebook.cells[first:first] = [_code(source, f"before-{n}") for n, source in enumerate(before)]
        notebook.cells += [_code(source, f"after-{n}") for n, source in enumerate(after)]
        return notebook

    def each(self, change):
        """Change every answer: `change` gets the exercise's name and its source."""
        return self.notebook({name: change(name, source) for name, source in self.right.items()})

    def body(self, name):
        """A right answer without its docstring and markers."""
        source = re.sub(r'    """.*?"""\n', "", self.right[name], count=1, flags=re.S)
        return re.sub(r"    ### .*\n?", "", source).rstrip()


def _code(source, name):
    return nbformat.v4.new_code_cell(source, id=name)


def _parameters(source):
    return re.search(r"def \w+\(([^)]*)\)", source).group(1)


# How cells are arranged


@odd
def split_cells(kit):
    split = kit.body("sigmoid").replace("def sigmoid(z):\n", "def half(z):\n").replace("    return", "    return 1.0 *")
    return kit.notebook({"sigmoid": "def sigmoid(z):\n    return half(z)"}, before=[split])


@odd
def work_in_own_cells(kit):
    return kit.notebook({"softmax": "# see below"}, after=[kit.body("softmax")])


@odd
def stub_kept_and_name_bound_by_a_tuple(kit):
    stubs = {cell["id"]: cell["source"] for cell in kit.release["cells"]}
    mine = [kit.body(name).replace(f"def {name}(", f"def my_{name}(") for name in ("sigmoid", "softmax")]
    kept = {name: stubs[name] for name in ("sigmoid", "softmax")}
    return kit.notebook(kept, after=[*mine, "sigmoid, softmax = my_sigmoid, my_softmax"])


@odd
def stub_kept_and_name_bound_by_globals(kit):
    stub = next(cell["source"] for cell in kit.release["cells"] if cell["id"] == "softmax")
    mine = kit.body("softmax").replace("def softmax(", "def mine(")
    return kit.notebook({"softmax": stub}, after=[mine, "globals()['softmax'] = mine"])


@odd
def cells_in_another_order(kit):
    notebook = kit.notebook()
    notebook.cells.reverse()
    return notebook


@odd
def cells_run_twice(kit):
    notebook = kit.notebook()
    again = [_code(cell.source, f"again-{cell.id}") for cell in notebook.cells if cell.id in kit.right]
    notebook.cells += again
    return notebook


@odd
def solution_cell_copied_with_its_id(kit):
    notebook = kit.notebook()
    place = next(number for number, cell in enumerate(notebook.cells) if cell.id == "softmax")
    notebook.cells.insert(place, copy.deepcopy(notebook.cells[place]))
    return notebook


@odd
def first_attempt_kept_above(kit):
    notebook = kit.notebook()
    place = next(number for number, cell in enumerate(notebook.cells) if cell.id == "sigmoid")
    notebook.cells.insert(place, _code("def sigmoid(z):\n    return 1 / (1 + np.exp(-z))  # first attempt", "mine-1"))
    return notebook


@odd
def checks_and_prose_deleted(kit):
    notebook = kit.notebook()
    notebook.cells = [c for c in notebook.cells if c.cell_type == "code" and not c.id.startswith("check_")]
    return notebook


@odd
def answers_alone(kit):
    notebook = kit.notebook()
    notebook.cells = [cell for cell in notebook.cells if cell.id in kit.right]
    return notebook


@odd
def all_in_one_cell(kit):
    notebook = kit.notebook(dict.fromkeys(kit.right, ""))
    everything = "\n\n".join(kit.body(name) for name in kit.right)
    notebook.cells = [*notebook.cells[:2], _code(f"import numpy as np\n{everything}", "mine-1")]
    return notebook


@odd
def cells_tagged(kit):
    notebook = kit.notebook()
    for cell in notebook.cells:
        cell.metadata["tags"] = ["skip-execution", "hide-input"]
    return notebook


# What other tools do to the file


@odd
def metadata_lost(kit):
    notebook = kit.notebook()
    notebook.metadata = {}
    for number, cell in enumerate(notebook.cells):
        cell.metadata, cell.id = {}, f"cell-{number}"
    return notebook


@odd
def older_format_without_ids(kit):
    notebook = json.loads(json.dumps(kit.notebook()))
    notebook["nbformat_minor"] = 4
    for cell in notebook["cells"]:
        del cell["id"]
    return json.dumps(notebook).encode()


@odd
def source_as_lines(kit):
    notebook = json.loads(json.dumps(kit.notebook()))
    for cell in notebook["cells"]:
        cell["source"] = cell["source"].splitlines(keepends=True)
    return json.dumps(notebook, ensure_ascii=False, indent=4).encode()


@odd
def windows_line_ends(kit):
    return kit.each(lambda name, source: source.replace("\n", "\r\n"))


@odd
def byte_order_mark(kit):
    return b"\xef\xbb\xbf" + json.dumps(kit.notebook()).encode()


@odd
def outputs_and_widgets_kept(kit):
    notebook = kit.notebook()
    notebook.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": {}}}
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.execution_count = 7
            cell.outputs = [nbformat.v4.new_output("display_data", {"image/png": "iVBORw0KGgo=" * 5000})]
    return notebook


OF_THE_FILE = list(MAKERS)  # these are tried on nbgrader's route, too, for there files are read in another place

# How functions are written


@odd
def parameters_renamed(kit):
    changed = (
        kit.body("softmax").replace("(z)", "(scores)").replace("(z -", "(scores -").replace("max(z,", "max(scores,")
    )
    neuron = "def neuron(inputs, weights, bias):\n    return sigmoid(inputs @ weights + bias)"
    return kit.notebook({"softmax": changed, "neuron": neuron})


@odd
def docstrings_removed(kit):
    return kit.each(lambda name, source: kit.body(name))


@odd
def type_hints(kit):
    hint = "from __future__ import annotations\nimport numpy.typing as npt\n"
    answer = kit.body("sigmoid").replace("(z)", "(z: float | npt.NDArray[np.float64]) -> npt.NDArray[np.float64]", 1)
    return kit.notebook({"sigmoid": hint + answer})


@odd
def extra_parameters(kit):
    answer = kit.body("softmax").replace("(z)", "(z, axis=1, *, verbose=False, **options)", 1)
    return kit.notebook({"softmax": answer})


@odd
def timing_decorator(kit):
    timed = (
        "import functools, time\ndef timed(function):\n    @functools.wraps(function)\n"
        "    def run(*args, **kwargs):\n        started = time.time()\n        result = function(*args, **kwargs)\n"
        "        times.append(time.time() - started)\n        return result\n    return run\ntimes = []"
    )
    answers = {name: f"@timed\n{kit.body(name)}" for name in ("sigmoid", "softmax", "fit_logistic")}
    return kit.notebook(answers, before=[timed])


@odd
def cached_helper(kit):
    cached = "import functools\n@functools.cache\ndef first(count):\n    return np.arange(count)"
    return kit.notebook(
        {
            "softmax_cross_entropy": kit.body("softmax_cross_entropy").replace(
                "np.arange(len(logits))", "first(len(logits))"
            )
        },
        before=[cached],
    )


@odd
def closures(kit):
    made = kit.body("softmax").replace("def softmax", "def inner").replace("\n", "\n    ")
    return kit.notebook({"softmax": f"def make_softmax():\n    {made}\n    return inner\nsoftmax = make_softmax()"})


@odd
def lambdas(kit):
    return kit.notebook({"neuron": "neuron = lambda X, w, b: sigmoid(X @ w + b)"})


@odd
def partial_functions(kit):
    general = "from functools import partial\ndef activation(function, X, w, b):\n    return function(X @ w + b)"
    return kit.notebook({"neuron": f"{general}\nneuron = partial(activation, sigmoid)"})


@odd
def callable_objects(kit):
    body = kit.body("softmax").replace("def softmax(z)", "def __call__(self, z)").replace("\n", "\n    ")
    return kit.notebook({"softmax": f"class Softmax:\n    {body}\n\nsoftmax = Softmax()"})


@odd
def static_methods(kit):
    body = kit.body("sigmoid").replace("\n", "\n    ")
    return kit.notebook({"sigmoid": f"class Functions:\n    @staticmethod\n    {body}\n\nsigmoid = Functions.sigmoid"})


@odd
def imports_inside(kit):
    return kit.each(
        lambda name, source: re.sub(r"(def [^\n]*:\n)", r"\1    import numpy as np, math\n", kit.body(name), count=1)
    )


@odd
def star_imports(kit):
    answer = (
        "from numpy import *\ndef sigmoid(z):\n    u = exp(-abs(z))\n"
        "    return where(asarray(z) >= 0, 1.0, u) / (1.0 + u)"
    )
    return kit.notebook({"sigmoid": answer})


@odd
def unicode_names(kit):
    answer = (
        "def sigmoid(ζ):\n    υ = np.exp(-np.abs(ζ))  # größer als 0 — 你好\n"
        "    return np.where(np.asarray(ζ) >= 0, 1.0, υ) / (1.0 + υ)"
    )
    return kit.notebook({"sigmoid": answer})


@odd
def global_constants(kit):
    fit = kit.body("fit_softmax").replace(
        "learning_rate, num_epochs, batch_size = 0.5, 100, 32", "global W_LAST\n    W_LAST = None"
    )
    fit = fit.replace("learning_rate *", "RATE *").replace("num_epochs", "EPOCHS").replace("batch_size", "SIZE")
    return kit.notebook({"fit_softmax": fit}, before=["RATE, EPOCHS, SIZE = 0.5, 100, 32"])


@odd
def guarded_by_try(kit):
    answer = (
        "def neuron(X, w, b):\n    try:\n        return sigmoid(X @ w + b)\n"
        "    except Exception as error:\n        print(error)\n        raise"
    )
    return kit.notebook({"neuron": answer})


@odd
def loops(kit):
    answer = (
        "def neuron(X, w, b):\n    result = []\n    for x in X:\n"
        "        result.append(float(sigmoid(sum(x[j] * w[j] for j in range(len(w))) + b)))\n"
        "    return result"
    )
    return kit.notebook({"neuron": answer})


# What functions return


@odd
def float32_results(kit):
    wrapped = (
        "def sigmoid(z):\n    z = np.asarray(z)\n    u = np.exp(-np.abs(z))\n"
        "    return (np.where(z >= 0, 1.0, u) / (1.0 + u)).astype(np.float32)"
    )
    neuron = "def neuron(X, w, b):\n    z = X @ w + b\n    return np.exp(-np.logaddexp(0, -z)).astype('float32')"
    return kit.notebook({"sigmoid": wrapped, "neuron": neuron, "logistic_gradient": _own_gradient()})


def _own_gradient():
    return (
        "def logistic_gradient(X, y, w, b):\n    z = X @ w + b\n"
        "    errors = np.exp(-np.logaddexp(0, -z)) - y\n    return X.T @ errors / len(errors), errors.mean()"
    )


@odd
def lists_returned(kit):
    batches = kit.body("minibatches").replace(
        "return [order[start : start + batch_size]", "return [order[start : start + batch_size].tolist()"
    )
    return kit.notebook({"minibatches": batches})


@odd
def keras_tensors_returned(kit):
    answer = (
        "import keras\ndef neuron(X, w, b):\n"
        "    return keras.ops.convert_to_tensor(np.exp(-np.logaddexp(0, -(X @ w + b))))"
    )
    return kit.notebook(
        {
            "neuron": answer,
            "logistic_gradient": _own_gradient(),
            "logistic_gradient_broken": _own_gradient().replace("gradient(", "gradient_broken("),
        }
    )


@odd
def lists_in_place_of_tuples(kit):
    return kit.notebook(
        {
            "logistic_gradient": _own_gradient().replace(
                "return X.T @ errors / len(errors), errors.mean()",
                "return [X.T @ errors / len(errors), float(errors.mean())]",
            )
        }
    )


# What else is in the notebook


@odd
def prints(kit):
    talking = {}
    for name in ("minibatches", "fit_logistic", "fit_softmax", "logistic_loss", "logistic_gradient_broken"):
        said = rf"\1    print('in {name}', list(range(100)))\n"
        talking[name] = re.sub(r"(def [^\n]*:\n)", said, kit.body(name), count=1)
    return kit.notebook(talking, after=["print('x' * 5_000_000)"])


@odd
def plots(kit):
    cells = [
        "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot(sigmoid(np.linspace(-6, 6)))\nplt.show()",
        "fig, ax = plt.subplots()\nax.imshow(np.eye(20))\nfig.savefig('figure.png')",
    ]
    return kit.notebook(after=cells)


@odd
def line_magics(kit):
    return kit.notebook(
        before=["%matplotlib inline", "!ls", "files = !ls\n%pwd", "%load_ext autoreload\n%autoreload 2"],
        after=["%time sigmoid(np.zeros(3))", "%timeit -n 1 -r 1 softmax(np.zeros((2, 2)))", "?sigmoid", "%whos"],
    )


@odd
def cell_magics(kit):
    answers = {"sigmoid": f"%%time\n{kit.body('sigmoid')}", "softmax": f"%%capture shown\n{kit.body('softmax')}"}
    return kit.notebook(answers, after=["%%bash\nls", "%%writefile notes.txt\nhello"])


@odd
def own_tests_that_fail(kit):
    return kit.notebook(
        before=["assert 1 == 2, 'not yet'"],
        after=["assert sigmoid(0) == 0.4", "def test_mine():\n    assert False\ntest_mine()"],
    )


@odd
def warnings_switched_off(kit):
    return kit.notebook(before=["import warnings\nwarnings.filterwarnings('ignore')\nnp.seterr(all='ignore')"])


@odd
def warnings_made_errors(kit):
    return kit.notebook(
        before=["import warnings\nwarnings.simplefilter('error')\nnp.seterr(over='raise', invalid='raise')"]
    )


@odd
def global_seed(kit):
    return kit.notebook(before=["import random\nnp.random.seed(0)\nrandom.seed(0)"])


@odd
def guarded_input(kit):
    return kit.notebook(
        after=["try:\n    name = input('name? ')\nexcept Exception:\n    name = 'nobody'", "answer = input('really?')"]
    )


@odd
def top_level_await(kit):
    return kit.notebook(
        before=["import asyncio\nasync def wait():\n    await asyncio.sleep(0.01)\nawait wait()", "asyncio.run"]
    )


@odd
def print_options(kit):
    return kit.notebook(
        before=[
            (
                "np.set_printoptions(precision=2)\nimport os\nos.environ['PYTHONWARNINGS'] = 'ignore'\n"
                "os.makedirs('data', exist_ok=True)\nos.chdir('data')"
            )
        ]
    )


@odd
def unused_broken_cells(kit):
    return kit.notebook(
        after=["for i in range(10)\n    print(i)", "undefined_name", "1 / 0", "import not_installed", "    indented"]
    )


@odd
def leaves_python(kit):
    return kit.notebook(before=["quit()"], after=["exit()", "import sys\nsys.exit('done')"])


@odd
def main_guard(kit):
    return kit.notebook(after=["if __name__ == '__main__':\n    print(neuron(np.ones((2, 2)), np.ones(2), 0.0))"])


@odd
def slow_cell(kit):
    return kit.notebook(before=["import time\ntime.sleep(2)"])


@odd
def threads_and_processes(kit):
    cell = (
        "from concurrent.futures import ThreadPoolExecutor\nimport subprocess, sys\n"
        "with ThreadPoolExecutor(4) as pool:\n    list(pool.map(abs, range(9)))\n"
        "subprocess.run([sys.executable, '-c', 'print(1)'], check=True)"
    )
    return kit.notebook(before=[cell])


@odd
def names_deleted(kit):
    return kit.notebook(after=["z = 3\ndel z", "list = [1]\nsum = 3\nmax = 4"])


BEFORE = len(MAKERS)

# What only the kernel knows, and what the file's form hides


def _stub(kit, name):
    return next(cell["source"] for cell in kit.release["cells"] if cell["id"] == name)


def _mine(kit, name):
    return kit.body(name).replace(f"def {name}(", f"def my_{name}(")


@odd
def names_bound_by_vars_update(kit):
    update = "vars().update(softmax=my_softmax)"
    return kit.notebook({"softmax": _stub(kit, "softmax")}, after=[_mine(kit, "softmax"), update])


@odd
def names_bound_by_a_loop(kit):
    kept = {name: _stub(kit, name) for name in ("sigmoid", "softmax")}
    loop = "for name in ['sigmoid', 'soft' + 'max']:\n    vars()[name] = vars()['my_' + name]"
    return kit.notebook(kept, after=[_mine(kit, "sigmoid"), _mine(kit, "softmax"), loop])


@odd
def names_bound_by_setattr_and_exec(kit):
    kept = {name: _stub(kit, name) for name in ("sigmoid", "softmax")}
    attribute = f"import sys\n{_mine(kit, 'sigmoid')}\nsetattr(sys.modules['__main__'], 'sigm' + 'oid', my_sigmoid)"
    return kit.notebook(kept, after=[attribute, f"exec({kit.body('softmax')!r})"])


@odd
def written_to_a_file_and_imported(kit):
    write = "%%writefile my_softmax.py\nimport numpy as np\n" + kit.body("softmax")
    return kit.notebook({"softmax": write}, after=["from my_softmax import softmax"])


@odd
def written_to_a_file_called_agent_and_imported_with_a_star(kit):
    write = "%%writefile agent.py\nimport numpy as np\n" + kit.body("softmax")
    return kit.notebook({"softmax": _stub(kit, "softmax")}, after=[write, "from agent import *"])


@odd
def merged_into_the_check_cells(kit):
    notebook = kit.notebook()
    for cell in notebook.cells:
        name = cell.id.removeprefix("check_")
        if cell.id.startswith("check_") and name in kit.right:
            cell.source = kit.right[name] + "\n\n" + cell.source
    notebook.cells = [cell for cell in notebook.cells if cell.id not in kit.right]
    return notebook


@odd
def merged_with_the_check_below(kit):
    notebook = kit.each(lambda name, source: f'{source}\n\ncheck("{name}")')
    notebook.cells = [cell for cell in notebook.cells if not cell.id.startswith("check_")]
    return notebook


@odd
def one_damaged_cell(kit):
    notebook = json.loads(json.dumps(kit.notebook()))
    damaged = {"cell_type": "code", "id": "damaged", "metadata": {}, "outputs": [], "source": None}
    notebook["cells"][4:4] = [damaged, None, {**damaged, "source": [1, 2]}]
    return notebook


@odd
def right_copy_below_a_wrong_one(kit):
    wrong = "def softmax(z):\n    return z"
    return kit.notebook({"softmax": wrong}, after=[kit.body("softmax")])


@odd
def copy_of_the_cell_with_its_id_below_the_stub(kit):
    notebook = kit.notebook({"softmax": _stub(kit, "softmax")})
    place = next(number for number, cell in enumerate(notebook.cells) if cell.id == "softmax")
    twin = copy.deepcopy(notebook.cells[place])
    twin.source = kit.right["softmax"]
    notebook.cells.insert(place + 1, twin)
    return notebook


@odd
def own_database_and_locks(kit):
    work = (
        "import fcntl, multiprocessing, sqlite3\nbase = sqlite3.connect('notes.db')\n"
        "base.execute('create table notes (text)')\nbase.commit()\n"
        "with open('lock', 'w') as file:\n    fcntl.flock(file, fcntl.LOCK_EX)\n"
        "shared = multiprocessing.Array('d', 3)\nassert list(shared) == [0, 0, 0]"
    )
    return kit.notebook(before=[work])


OF_THE_FILE += list(MAKERS)[BEFORE:]
