"""Hostile hand-ins that reach for the host, for another student's kernel, and for memory that nobody counts.

Each is one cell before right answers. It tries a number of things; what works is in `found`, which must stay empty, and
`tried` shows that it had its chance. They go into the bank of `submissions`.

These would do real harm where no wall stands: they unmount, unlink and kill. So each first looks for the wall, and does
nothing without it; and they are never given to a grader that has none, such as stock nbgrader in the benchmarks.
"""

from submissions import NO, RIGHT, SECTIONS, WRONG, cell, unharmed

PRELUDE = """
import ctypes, errno, fcntl, glob, mmap, os, socket, struct, sys, time
status = open('/proc/self/status').read()
walled = (os.getpid() == 1 and socket.gethostname() == 'sandbox' and os.path.isdir('/opt/dnn/dnn_sandbox')
          and '\\nSeccomp:\\t2' in status and '\\nCapEff:\\t0000000000000000' in status)
if not walled: raise RuntimeError('no wall: nothing is tried')
libc = ctypes.CDLL(None, use_errno=True)
column = {'x86_64': 0, 'aarch64': 1}[os.uname().machine]
found, tried = [], []
def attempt(what, act, *inputs):
    tried.append(what)
    try:
        result = act(*inputs)
    except (OSError, ValueError, ImportError, AttributeError, MemoryError, OverflowError) as error:
        return None
    found.append((what, repr(result)[:60]))
    return result
def call(what, numbers, *inputs):
    tried.append(what)
    if numbers[column] is not None:
        result = libc.syscall(ctypes.c_long(numbers[column]), *inputs)
        if result >= 0:
            found.append((what, result))
"""
ENDING = "\nif found: raise AssertionError(str(found)[:400])"
HELD = "tried and not found"
OF_THE_HOST = []  # sections of hand-ins that keep their points


def begin(section):
    """Begin a section of probes."""
    OF_THE_HOST.append(section)
    SECTIONS.append(section)


def probe(about, source, **verdict):
    """Put a hand-in into the bank that keeps all its points, and finds nothing."""
    verdict = {"inside": HELD, **verdict}
    cell(about, f"{PRELUDE}{source}{ENDING}", RIGHT, **unharmed(**verdict))


begin("More of the host than Python needs")

probe(
    "nbgraders_exchange: other students' work in nbgrader's default exchange",
    "for path in ('/usr/local/share', '/usr/local/share/nbgrader/exchange', '/srv', '/srv/nbgrader',\n"
    "             '/usr/local/etc', '/usr/share/nbgrader', '/usr/src', '/usr/include', '/usr/libexec', '/usr/games'):\n"
    "    attempt(path, os.listdir, path)",
)
probe(
    "course_folder: solutions, gradebook and other hand-ins by their own paths",
    "for path in ('<solution>', '<gradebook>', '<neighbour>', '<outside>/canary.txt'):\n"
    "    attempt(path, lambda: open(path, 'rb').read(1))\n"
    "    attempt(path, os.stat, path)",
)
probe(
    "homes: every home and what programs keep there",
    "for path in ('/home/student/../..', '/root', '/home'):\n"
    "    tried.append(path)\n"
    "    for name in os.listdir(path) if os.path.isdir(path) else ():\n"
    "        if name in ('.ssh', '.bashrc', '.profile', '.gitconfig', '.jupyter', '.cache', '.local', '.aws'):\n"
    "            found.append((path, name))\n"
    "attempt('users', lambda: open('/etc/passwd').read())\nattempt('shadow', lambda: open('/etc/shadow').read())\n"
    "tried.append('home')\n"
    "if os.listdir('/home') != ['student']: found.append(('home', os.listdir('/home')))",
)
probe(
    "the_whole_tree: a search of every folder for hand-ins, gradebooks and secrets",
    "tried.append('walk')\n"
    "for top, folders, files in os.walk('/'):\n"
    "    folders[:] = [n for n in folders if n not in ('proc', 'site-packages', 'dnnkit', 'fonts', 'zoneinfo')]\n"
    "    for name in files:\n"
    "        if name.endswith('.ipynb') or name in (\n"
    "                'gradebook.db', '.course-secret', 'nbgrader_config.py', 'mistakes.py', 'canary.txt'):\n"
    "            found.append((top, name))",
)
probe(
    "other_folders: what a machine keeps in its other folders",
    "for path in ('/var', '/var/lib', '/run', '/run/docker.sock', '/mnt', '/media', '/boot', '/sys',\n"
    "             '/sys/fs/cgroup', '/etc/ssh', '/etc/hostname', '/etc/resolv.conf', '/opt/dnn/grading'):\n"
    "    attempt(path, os.stat, path)\n"
    "tried.append('opt')\n"
    "if os.listdir('/opt') != ['dnn']: found.append(os.listdir('/opt'))",
)
probe(
    "paths_of_mounts: what the list of mounts says of the host's folders",
    "for line in open('/proc/self/mountinfo'):\n"
    "    root, place = line.split()[3:5]\n"
    "    if root not in ('/', '/newroot', place) and not place.startswith(('/dev', '/proc', '/opt/dnn', '/tmp')):\n"
    "        attempt(root, os.listdir, os.path.dirname(root))\n"
    "tried.append('mountinfo')\n"
    "found[:] = [one for one in found if '.pyenv' not in one[0] and 'lib' not in one[0] and 'bin' not in one[0]]",
)
probe(
    "out_of_a_bind: a way up from what is shown, through links, dots and descriptors",
    "folder = os.open('/opt/dnn/dnnkit', os.O_RDONLY)\n"
    "up = os.open('../../..', os.O_RDONLY, dir_fd=folder)\n"
    "tried.append('dots')\n"
    "if sorted(os.listdir(up)) != sorted(os.listdir('/')): found.append('another root')\n"
    "os.symlink('/proc/1/root', '/tmp/root-of-one')\n"
    "if os.path.exists('/tmp/root-of-one/etc/passwd'): found.append('root of 1')\n"
    "for name in os.listdir('/proc/self/fd'):\n"
    "    try: target = os.readlink(f'/proc/self/fd/{name}')\n"
    "    except OSError: continue\n"
    "    ours = target.startswith(('/dev/', '/proc', '/tmp/', '/home/student')) or int(name) in (up, folder)\n"
    "    if target.startswith('/') and not ours and os.path.isdir(f'/proc/self/fd/{name}'): found.append(target)",
)
probe(
    "files_by_handle: files by their numbers instead of their names",
    "handle = ctypes.create_string_buffer(struct.pack('II', 8, 1) + struct.pack('II', 2, 0), 136)\n"
    "place = os.open('/', os.O_RDONLY)\n"
    "call('open_by_handle_at', (304, 265), place, handle, 0)\n"
    "call('name_to_handle_at', (303, 264), place, b'/opt', handle, ctypes.byref(ctypes.c_int()), 0)\n"
    "call('quotactl', (179, 60), 0x80000700, b'/dev/sda', 0, handle)",
)
probe(
    "devices: devices of the host, by name and made anew",
    "for path in ('/dev/mem', '/dev/kmsg', '/dev/sda', '/dev/vda', '/dev/kvm', '/dev/fuse', '/dev/vsock',\n"
    "             '/dev/net/tun', '/dev/loop0', '/dev/uinput', '/dev/vhost-vsock', '/dev/console'):\n"
    "    attempt(path, os.open, path, os.O_RDWR)\n"
    "for number, (major, minor) in enumerate(((1, 1), (1, 11), (8, 0), (254, 0), (10, 232))):\n"
    "    attempt((major, minor), os.mknod, f'/tmp/device{number}', 0o600 | 0x6000, os.makedev(major, minor))\n"
    "    attempt((major, minor), os.mknod, f'/dev/device{number}', 0o600 | 0x2000, os.makedev(major, minor))",
)
probe(
    "writes_into_python: a module planted in every folder from which Python loads",
    "for folder in [*sys.path, '/usr/bin', '/bin', '/etc', '/usr/lib', '/opt', '/dev', '/', sys.prefix + '/bin']:\n"
    "    if folder and folder != os.getcwd():\n"
    "        attempt(folder, open, os.path.join(folder, 'sitecustomize.py'), 'w')\n"
    "        attempt(folder, os.mkdir, os.path.join(folder, 'planted'))\n"
    "attempt('chmod', os.chmod, sys.executable, 0o777)\nattempt('touch', os.utime, os.__file__)\n"
    "attempt('unlink', os.unlink, os.__file__)\nattempt('link', os.link, os.__file__, '/tmp/kept.py')",
)
probe(
    "remounts: what is read-only is made writable",
    "for flags in (32, 32 | 4096, 4096, 8192):\n"
    "    tried.append(flags)\n"
    "    if libc.mount(b'none', b'/', None, ctypes.c_ulong(flags), None) == 0: found.append(flags)\n"
    "call('umount2', (166, 39), b'/proc', 2)\ncall('pivot_root', (155, 41), b'/tmp', b'/tmp')\n"
    "call('chroot', (161, 51), b'/tmp')\ncall('open_tree', (428, 428), -100, b'/', 1)\n"
    "call('mount_setattr', (442, 442), -100, b'/', 0, ctypes.create_string_buffer(32), 32)\n"
    "call('fsopen', (430, 430), b'tmpfs', 0)\ncall('move_mount', (429, 429), -100, b'/tmp', -100, b'/opt', 0)",
)

begin("Root outside, in disguise")

probe(
    "settings_of_the_machine: every setting in /proc/sys is opened for writing",
    "for folder, _, files in os.walk('/proc/sys'):\n"
    "    for name in files:\n"
    "        attempt(f'{folder}/{name}', os.open, f'{folder}/{name}', os.O_WRONLY)\n"
    "for path in ('/proc/sysrq-trigger', '/proc/irq/default_smp_affinity', '/proc/self/oom_score_adj', '/proc/mtrr',\n"
    "             '/proc/self/uid_map', '/proc/self/gid_map', '/proc/self/setgroups', '/proc/self/projid_map'):\n"
    "    attempt(path, os.open, path, os.O_WRONLY)",
    inside="len(tried) > 100 and not found",
)
probe(
    "secrets_of_the_kernel: what only the host's root may read",
    "for path in ('/proc/kcore', '/proc/kmsg', '/proc/kpagecount', '/proc/slabinfo', '/proc/vmallocinfo',\n"
    "             '/proc/timer_list', '/proc/sys/kernel/random/none', '/proc/1/task/1/../../../400/environ'):\n"
    "    attempt(path, lambda: open(path, 'rb').read(8))\n"
    "call('syslog', (103, 116), 3, ctypes.create_string_buffer(100), 100)\n"
    "call('syslog', (103, 116), 10, None, 0)\n"
    "tried.append('addresses')\n"
    "lines = open('/proc/kallsyms').readlines()[:50]\n"
    "if any(not line.startswith('0' * 16) for line in lines): found.append('addresses')",
)
probe(
    "becomes_root: ids, groups and capabilities are asked for",
    "attempt('setuid', os.setuid, 0)\nattempt('setresuid', os.setresuid, 0, 0, 0)\nattempt('setgid', os.setgid, 0)\n"
    "attempt('setgroups', os.setgroups, [0])\nattempt('other', os.setuid, 65533)\n"
    "call('capset', (126, 91), struct.pack('Ii', 0x20080522, 0), b'\\xff' * 24)\n"
    "call('ambient', (157, 167), 47, 2, 21, 0, 0)\ncall('unshare', (272, 97), 0x10000000)\n"
    "call('setns', (308, 268), os.open('/proc/self/ns/user', os.O_RDONLY), 0)\n"
    "call('clone', (56, 220), 0x10000011, 0, 0, 0, 0)\ncall('clone3', (435, 435), ctypes.create_string_buffer(88), 88)",
)
probe(
    "programs_with_rights: programs that run as root on an ordinary machine",
    "import subprocess\n"
    "for command in (['su', '-c', 'id -u'], ['mount', '-t', 'tmpfs', 'x', '/tmp'], ['unshare', '-r', 'id', '-u'],\n"
    "                ['newuidmap', str(os.getpid()), '0', '0', '1'], ['passwd', '-S'], ['chsh', '-l']):\n"
    "    tried.append(command[0])\n"
    "    try: done = subprocess.run(command, capture_output=True, text=True, timeout=10, stdin=subprocess.DEVNULL)\n"
    "    except OSError: continue\n"
    "    if done.returncode == 0: found.append((command, done.stdout))\n"
    "tried.append('no new rights')\n"
    "if '\\nNoNewPrivs:\\t1' not in open('/proc/self/status').read(): found.append('new rights')",
)
probe(
    "the_machines_own: its name, clock, modules, swap and power",
    "attempt('name', socket.sethostname, 'mine')\nattempt('clock', time.clock_settime, time.CLOCK_REALTIME, 0)\n"
    "call('reboot', (169, 142), 0xFEE1DEAD, 672274793, 0, 0)\ncall('swapoff', (168, 225), b'/dev/null')\n"
    "call('init_module', (175, 105), b'', 0, b'')\ncall('finit_module', (313, 273), 0, b'', 0)\n"
    "call('kexec_load', (246, 104), 0, 0, None, 0)\ncall('acct', (163, 89), b'/tmp/acct')\n"
    "call('bpf', (321, 280), 0, ctypes.create_string_buffer(64), 64)\n"
    "call('perf_event_open', (298, 241), ctypes.create_string_buffer(112), 0, -1, -1, 0)\n"
    "call('iopl', (172, None), 3)",
)
probe(
    "more_than_the_limits: limits and priorities are raised",
    "import resource\n"
    "for name in ('NPROC', 'DATA', 'FSIZE', 'NOFILE', 'CPU', 'CORE', 'MEMLOCK', 'SIGPENDING'):\n"
    "    kind = getattr(resource, f'RLIMIT_{name}', 11)\n"
    "    soft, hard = resource.getrlimit(kind)\n"
    "    if hard == -1: found.append((name, 'no limit'))\n"
    "    attempt(name, resource.setrlimit, kind, (soft, hard + 1))\n"
    "attempt('nice', os.nice, -5)\nattempt('fifo', os.sched_setscheduler, 0, os.SCHED_FIFO, os.sched_param(50))\n"
    "call('ioprio_set', (251, 30), 1, 0, 1 << 13)",
)

begin("Kernels beside this one")

probe(
    "process_list: processes of other kernels and of the grader, their command lines and environments",
    "tried.append('pids')\n"
    "pids = [name for name in os.listdir('/proc') if name.isdigit()]\n"
    "if pids != ['1']: found.append(pids)\n"
    "own = set(map(int, os.listdir('/proc/self/task')))\n"
    "for pid in set(range(2, 300)) - own:\n"
    "    attempt(pid, lambda: open(f'/proc/{pid}/cmdline').read())\n    attempt(pid, os.kill, pid, 0)\n"
    "attempt('parent', lambda: 1 / os.getppid() if os.getppid() else os.stat('/proc/0'))",
)
probe(
    "signals: everybody in reach is ended",
    "import signal, subprocess\n"
    "child = subprocess.Popen(['sleep', '100'])\n"
    "tried.append('all')\nos.kill(-1, signal.SIGSTOP)\nos.kill(-1, signal.SIGKILL)\nchild.wait()\n"
    "own = set(map(int, os.listdir('/proc/self/task'))) | {1, child.pid}\n"
    "for pid in set(range(2, 2000)) - own:\n"
    "    attempt(pid, os.kill, pid, 9)\n    attempt(pid, os.setpriority, os.PRIO_PROCESS, pid, 19)\n"
    "    attempt(pid, os.sched_setaffinity, pid, {0})",
)
probe(
    "looks_into_others: memory and files of other processes",
    "for pid in (0, 400, 401, 402, 999):\n"
    "    call('ptrace', (101, 117), 16, pid, 0, 0)\n    call('kcmp', (312, 272), 1, pid, 2, 0, 0)\n"
    "    call('pidfd_open', (434, 434), pid, 0)\n    call('pidfd_getfd', (438, 438), 0, 0, 0)\n"
    "    call('process_vm_readv', (310, 270), pid, None, 0, None, 0, 0)\n"
    "    call('process_madvise', (440, 440), pid, None, 0, 4, 1)\n"
    "    call('migrate_pages', (256, 238), pid, 0, None, None)",
)
probe(
    "last_to_go: others are to be ended first when memory runs out",
    "for path in ('/proc/self/oom_score_adj', '/proc/1/oom_score_adj', '/proc/self/oom_adj',\n"
    "             '/proc/self/coredump_filter', '/proc/self/clear_refs', '/proc/self/comm'):\n"
    "    attempt(path, lambda: open(path, 'w').write('0'))\n"
    "tried.append('score')\n"
    "if open('/proc/self/oom_score_adj').read() != '1000\\n': found.append('score')",
)
probe(
    "terminals_of_others: other kernels' terminals are listed, opened and written to",
    "tried.append('list')\n"
    "if os.listdir('/dev/pts') != ['ptmx']: found.append(os.listdir('/dev/pts'))\n"
    "for number in range(40): attempt(number, os.open, f'/dev/pts/{number}', os.O_RDWR | os.O_NOCTTY)\n"
    "attempt('controlling', os.open, '/dev/tty', os.O_RDWR)",
)
probe(
    "terminals_without_end: terminals until the machine has none left",
    "import pty\nkept = []\n"
    "try:\n    for _ in range(400): kept.append(os.openpty())\n"
    "except OSError: tried.append(len(kept))\n"
    "if len(kept) > 32: found.append(len(kept))",
    inside="tried and 0 < tried[0] <= 32 and not found",
)
probe(
    "typing: text is put into a terminal as if somebody had typed it",
    "main, side = os.openpty()\n"
    "for what, number in (('type', 0x5412), ('console', 0x541C)):\n"
    "    attempt(what, fcntl.ioctl, side, number, b'x')",
)
probe(
    "locks: locks on files that every kernel reads",
    "file = os.open(os.__file__, os.O_RDONLY)\n"
    "fcntl.flock(file, fcntl.LOCK_EX)  # is said to have worked\n"
    "fcntl.lockf(file, fcntl.LOCK_SH)\n"
    "child = os.fork()\n"
    "if child == 0:\n"
    "    other = os.open(os.__file__, os.O_RDONLY)\n"
    "    wanted = struct.pack('hhqqi', fcntl.F_WRLCK, 0, 0, 0, 0)\n"
    "    kind = struct.unpack('hhqqi', fcntl.fcntl(other, fcntl.F_GETLK, wanted))[0]\n"
    "    os._exit(0 if kind == fcntl.F_UNLCK else 1)\n"
    "tried.append('seen by another')\n"
    "if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 0: found.append('a lock')\n"
    "tried.append('list')\n"
    "if open('/proc/locks').read().strip(): found.append(open('/proc/locks').read())",
)
probe(
    "leases: leases and notices on files that every kernel reads",
    "file = os.open(os.__file__, os.O_RDONLY)\n"
    "for what, command, value in (('lease', 1024, 0), ('lease', 1024, 1), ('notice', 1026, 0x80000001)):\n"
    "    attempt(what, fcntl.fcntl, file, command, value)\n"
    "folder = os.open(os.path.dirname(os.__file__), os.O_RDONLY)\n"
    "attempt('notice', fcntl.fcntl, folder, 1026, 0x80000001)",
)
probe(
    "watches_files: notices of what other kernels open",
    "call('inotify_init1', (294, 26), 0)\ncall('inotify_init', (253, None))\n"
    "call('fanotify_init', (300, 262), 0x200 | 0x2, 0)\ncall('fanotify_init', (300, 262), 0, 0)\n"
    "call('cachestat', (451, 451), 0, None, None, 0)\ncall('lookup_dcookie', (212, 18), 0, None, 0)",
)
probe(
    "shared_by_number: memory, queues and semaphores by System V's and POSIX's names",
    "call('shmget', (29, 194), 7, 4096, 0o1666)\ncall('msgget', (68, 186), 7, 0o1666)\n"
    "call('semget', (64, 190), 7, 1, 0o1666)\ncall('mq_open', (240, 180), b'mine', 0o102, 0o666, None)\n"
    "call('add_key', (248, 217), b'user', b'mine', b'x', 1, -4)\n"
    "call('request_key', (249, 218), b'user', b'm', b'', -4)\n"
    "call('keyctl', (250, 219), 0, -4, 1)",
)
probe(
    "meeting_places: sockets without files, and folders in which other kernels' sockets may lie",
    "for name in ('hostile', 'mine'):\n"
    "    attempt(name, socket.socket(socket.AF_UNIX).connect, f'\\0{name}')\n"
    "tried.append('folders')\n"
    "if [n for n in os.listdir('/tmp') if n.startswith('dnn-') and glob.glob(f'/tmp/{n}/*/kernel.json')]:\n"
    "    found.append(os.listdir('/tmp'))\n"
    "tried.append('list')\n"
    "lines = [line for line in open('/proc/net/unix') if '/tmp/dnn-' in line]\n"
    "if len({line.split()[-1].rpartition('/')[0] for line in lines}) > 1: found.append(lines)",
)
probe(
    "uses_up_pools: pools that all processes of a machine share",
    "call('io_setup', (206, 0), 60_000, ctypes.byref(ctypes.c_ulong()))\n"
    "call('io_uring_setup', (425, 425), 4096, ctypes.create_string_buffer(120))\n"
    "call('userfaultfd', (323, 282), 1)\n"
    "tried.append('signals')\nimport resource\n"
    "if resource.getrlimit(11)[1] > 4096: found.append(resource.getrlimit(11))\n"
    "tried.append('locked memory')\n"
    "if resource.getrlimit(resource.RLIMIT_MEMLOCK)[1] > 2**26: found.append('locked memory')",
)

begin("Memory that nobody counts")

probe(
    "shared_memory: shared memory without a file, the pages dropped again",
    "for size in (4096, 2**20, 2**30):\n"
    "    attempt(size, mmap.mmap, -1, size)\n"
    "    attempt(size, mmap.mmap, -1, size, mmap.MAP_SHARED | mmap.MAP_ANONYMOUS)\n"
    "    call('mmap', (9, 222), None, ctypes.c_size_t(size), 3, 0x21 | 0x4000, -1, 0)\n"
    "    call('mmap', (9, 222), None, ctypes.c_size_t(size), 3, 0x23, -1, 0)",
)
probe(
    "memory_of_devices: a shared mapping of a device that gives memory",
    "for path in ('/dev/zero', '/dev/full', '/dev/null', '/dev/shm', '/dev/random'):\n"
    "    def shared():\n"
    "        file = os.open(path, os.O_RDWR)\n"
    "        return mmap.mmap(file, 2**20, mmap.MAP_SHARED)\n"
    "    attempt(path, shared)\n"
    "tried.append('zeros')\n"
    "if open('/dev/zero', 'rb').read(9) != bytes(9): found.append('no zeros')",
)
probe(
    "files_in_memory: files that lie in memory and belong to nobody",
    "attempt('memfd', os.memfd_create, 'mine')\ncall('memfd_secret', (447, 447), 0)\n"
    "call('memfd', (319, 279), b'huge', 4)\n"
    "attempt('unnamed', os.open, '/dev', os.O_TMPFILE | os.O_RDWR)\n"
    "attempt('root', os.open, '/', os.O_TMPFILE | os.O_RDWR)",
)
probe(
    "page_tables: one page read of every two million, so that only the tables grow",
    "tried.append('tables')\n"
    "size = 2**45 // 8\n"
    "libc.mmap.restype = ctypes.c_void_p\n"
    "start = libc.mmap(None, ctypes.c_size_t(size), 1, 0x4022, -1, ctypes.c_long(0))\n"
    "libc.madvise(ctypes.c_void_p(start), ctypes.c_size_t(size), 15)  # no huge pages\n"
    "view = np.ctypeslib.as_array((ctypes.c_byte * (2**41)).from_address(start))\n"
    "for part in range(0, 2**41, 2**33): view[part:part + 2**33:2**21].sum()",
    note="memory_bytes",
    inside="",
)
probe(
    "huge_reservations: more addresses than any machine has memory",
    "for size in (2**44, 2**45, 2**46):\n"
    "    call(size, (9, 222), None, ctypes.c_size_t(size), 0, 0x4022, -1, 0)\n"
    "call('grows down', (9, 222), None, ctypes.c_size_t(4096), 3, 0x122, -1, 0)\n"
    "call('huge pages', (9, 222), None, ctypes.c_size_t(2**21), 3, 0x40022, -1, 0)",
)
probe(
    "memory_in_pipes: pages that only a pipe still holds",
    "read, write = os.pipe()\npage = ctypes.create_string_buffer(8192)\n"
    "vector = struct.pack('QQ', ctypes.addressof(page), 4096)\n"
    "call('vmsplice', (278, 75), write, vector, ctypes.c_size_t(1), 0)\n"
    "call('remap_file_pages', (216, 234), None, 0, 0, 0, 0)\n"
    "call('move_pages', (279, 239), 0, 0, None, None, None, 0)\n"
    "attempt('larger than allowed', fcntl.fcntl, write, 1031, 2**28)",
)
probe(
    "temporary_folders: every temporary folder is filled, by writing and by mapping",
    "for folder in ('/tmp', '/dev/shm', os.getcwd()):\n"
    "    def fill():\n"
    "        for number in range(8):\n"
    "            with open(f'{folder}/part{number}', 'wb') as file: file.write(bytes(30_000_000))\n"
    "    attempt(folder, fill)\n"
    "    for path in glob.glob(f'{folder}/part*'): os.unlink(path)\n"
    "for folder in ('/dev', '/', '/opt', '/home', '/dev/pts'):\n"
    "    attempt(folder, open, f'{folder}/part', 'wb')",
)
probe(
    "memory_of_many: little memory in each of many processes",
    "for _ in range(12):\n"
    "    if os.fork() == 0:\n        kept = np.ones(10_000_000)\n        time.sleep(10)\n        os._exit(0)\n"
    "time.sleep(10)  # it is ended long before, also on a busy machine",
    note="memory_bytes",
    inside="",
)
probe(
    "locked_memory: memory that cannot be swapped out",
    "kept = ctypes.create_string_buffer(2**27)\n"
    "attempt('lock', lambda: 1 / (libc.mlock(kept, ctypes.c_size_t(2**27)) == 0 or os.stat('/none')))\n"
    "attempt('all', lambda: 1 / (libc.mlockall(3) == 0 or os.stat('/none')))",
)

begin("Sockets of every family")

OUTSIDE = "if family not in (1, 2, 10, 16)"
probe(
    "families: a socket of every family but the four that are allowed",
    f"for family in range(64):\n    {OUTSIDE}:\n        for kind in (1, 2, 3, 5):\n"
    "            attempt((family, kind), socket.socket, family, kind, 0)",
    inside="len(tried) > 200 and not found",
)
probe(
    "pairs: pairs of sockets of every family but the four that are allowed",
    f"for family in range(64):\n    {OUTSIDE}:\n        attempt(family, socket.socketpair, family, socket.SOCK_STREAM)",
    inside="len(tried) > 50 and not found",
)
probe(
    "virtual_machine: the socket between a virtual machine and its host",
    "for kind in (1, 2, 5):\n    call('vsock', (41, 198), 40, kind, 0)\n"
    "    call('vsock', (41, 198), ctypes.c_long(40 | 2**33), kind, 0)\n"
    "attempt('device', os.open, '/dev/vsock', os.O_RDONLY)",
)
probe(
    "ciphers_of_the_kernel: sockets into the kernel's own code: ciphers, packets, buses, storage",
    "for name in ('AF_ALG', 'AF_PACKET', 'AF_CAN', 'AF_BLUETOOTH', 'AF_TIPC', 'AF_RDS', 'AF_QIPCRTR', 'AF_KEY'):\n"
    "    attempt(name, lambda: socket.socket(getattr(socket, name), socket.SOCK_RAW))",
)
probe(
    "raw_sockets: packets of one's own making",
    "for family in (socket.AF_INET, socket.AF_INET6):\n"
    "    for protocol in (1, 6, 17, 58, 255):\n"
    "        attempt((family, protocol), socket.socket, family, socket.SOCK_RAW, protocol)",
)
probe(
    "other_numbers: the same calls by the numbers of another architecture",
    "for number in (41, 101, 165, 272, 425):\n    call(number, (number | 0x40000000, None))\n"
    "if column == 0:\n"
    "    # mov eax, 359 (socket); mov ebx, 40; mov ecx, 1; xor edx, edx; int 0x80; ret\n"
    "    code = bytes.fromhex('53 b867010000 bb28000000 b901000000 31d2 cd80 5b c3')\n"
    "    page = mmap.mmap(-1, 4096, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, 7)\n    page.write(code)\n"
    "    act = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_byte.from_buffer(page)))\n"
    "    child = os.fork()\n"
    "    if child == 0: os._exit(1 if act() >= 0 else 0)\n"
    "    tried.append('32 bits')\n"
    "    if os.waitpid(child, 0)[1] == 256: found.append('32 bits')",
)
probe(
    "network_devices: the network is switched on from inside",
    "request = struct.pack('16sH14x', b'lo', 1)\n"
    "attempt('up', fcntl.ioctl, socket.socket(), 0x8914, request)\n"
    "route = socket.socket(16, socket.SOCK_RAW, 0)\n"
    "route.send(struct.pack('IHHIIBBHiII', 32, 16, 5, 1, 0, 0, 0, 0, 1, 1, 1))\n"
    "tried.append('netlink')\n"
    "if struct.unpack('i', route.recv(100)[16:20])[0] == 0: found.append('netlink')\n"
    "attempt('server', lambda: socket.create_connection(('127.0.0.1', <port>), timeout=2))",
)

SECTIONS.append("Replies, modules and exceptions")

STANDS_IN_FOR_THE_AGENT = (
    "import sys, types\n"
    "sys.modules['dnn_sandbox.agent'] = types.SimpleNamespace(answer=lambda text: (asked.append(text), Reply())[1])"
)
UNPACKABLE = {
    "circle": "circle = []\ncircle.append(circle)\nsaid = circle",
    "surrogate": "said = '\\ud800'",
}
for name, source in UNPACKABLE.items():
    cell(
        f"unpackable_{name}: a reply that Jupyter cannot pack, so that none comes",
        source + "\nasked = []\nclass Reply:\n    def _repr_json_(self): return {'outcome': said}\n"
        f"{STANDS_IN_FOR_THE_AGENT}",
        WRONG,
        states=("crashed",),
        note="Python stopped while",
    )

cell(
    "modules_of_ours: modules named like those of the sandbox, written where they would come first",
    "import sys\nfor name in ('agent', 'launch', 'watch', 'namespaces', 'seccomp', 'bindings', 'fork_server'):\n"
    "    with open(f'{name}.py', 'w') as file: file.write('answer = serve = lock = None')\n"
    "sys.path.insert(0, '')\nimport agent, launch, watch, bindings",
    RIGHT,
    **unharmed(inside="agent.answer is None and watch.__file__.startswith('/home/student')"),
)
cell(
    "package_of_ours: a package named like the sandbox's own, already imported",
    "import os, sys\nos.makedirs('dnn_sandbox', exist_ok=True)\n"
    "for name in ('__init__', 'agent'):\n"
    "    with open(f'dnn_sandbox/{name}.py', 'w') as file: file.write('def answer(text): return 100.0')\n"
    "for name in [name for name in sys.modules if name.startswith('dnn_sandbox')]: del sys.modules[name]\n"
    "sys.path.insert(0, '')\nimport dnn_sandbox.agent",
    WRONG,
    inside="sys.modules['dnn_sandbox.agent'].answer('') == 100.0",
)
cell(
    "quotes_the_check: an exception that quotes what asks for the answer",
    "import sys",
    {
        name: f"def {name}(x):\n    frame, found = sys._getframe(), []\n    while frame:\n"
        "        found.append(str(frame.f_locals.get('request', '')))\n        frame = frame.f_back\n"
        "    raise ValueError(' '.join(found))"
        for name in WRONG
    },
    note="raised ValueError",
)
cell(
    "lies_about_its_stubs: stubs are said to be unchanged, or changed, or nothing of use",
    "asked, answers = [], [7, [], {'as_released': 7}, {'as_released': [[]]}, {'as_released': ['double']}]\n"
    "class Reply:\n    def _repr_json_(self): return answers[len(asked) % len(answers)]\n"
    f"{STANDS_IN_FOR_THE_AGENT}",
    {},
    states=NO,
    inside="asked",
)
