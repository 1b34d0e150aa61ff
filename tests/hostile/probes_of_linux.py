"""Hostile hand-ins that reach for what one Linux keeps for all: stocks of a user, the far ends of sockets, modules.

As in `probes`, each is one cell before right answers, tries nothing without the wall, and must find nothing. Those that
pass a limit say which in the record.
"""

from probes import begin, probe
from submissions import CANARY

from grading.sandbox.bubblewrap import kernel_environment

ENDED = "ended Python: it used more than"

begin("Kernels beside this one")

probe(
    "far_ends_of_sockets: the grader itself, asked for by the sockets that it is connected to",
    "import signal\n"
    "def ends():\n"
    "    for name in os.listdir('/proc/self/fd'):\n"
    "        try:\n"
    "            one = socket.socket(fileno=os.dup(int(name)))\n"
    "            one.getpeername()\n"
    "            yield one, struct.unpack('iII', one.getsockopt(1, 17, 12))\n"
    "        except OSError: continue\n"
    "for one, (pid, user, group) in ends():\n"
    "    tried.append(one.fileno())\n"
    "    if pid > 1 or user == 0 or group == 0: found.append(('credentials', pid, user, group))\n"
    "    if pid: continue  # both ends are this kernel's own\n"
    "    tried.append('grader')\n"
    "    try: handle = struct.unpack('i', one.getsockopt(1, 77, 4))[0]\n"
    "    except OSError: continue\n"
    "    for number in (0, signal.SIGTERM, signal.SIGKILL): call('signal', (424, 424), handle, number, None, 0)\n"
    "    call('release', (448, 448), handle, 0)\n    call('descriptor', (438, 438), handle, 0, 0)\n"
    "    call('advice', (440, 440), handle, None, 0, 4, 0)\n    call('namespaces', (308, 268), handle, 0x10000000)\n"
    "    for kind in range(1, 11): attempt(('namespace', kind), fcntl.ioctl, handle, 0xFF00 + kind)",
    inside="'grader' in tried and not found",
)
probe(
    "descriptors_for_the_grader: open files and empty commands, sent into the grader's own connection",
    "sent = []\n"
    "for name in os.listdir('/proc/self/fd'):\n"
    "    try:\n"
    "        one = socket.socket(fileno=os.dup(int(name)))\n"
    "        one.getpeername()\n"
    "        if struct.unpack('iII', one.getsockopt(1, 17, 12))[0] == 0:\n"
    "            rights = (socket.SOL_SOCKET, socket.SCM_RIGHTS, struct.pack('200i', *[one.fileno()] * 200))\n"
    "            sent.append(one.sendmsg([b'\\x04\\x00'], [rights]))\n"
    "    except OSError: continue\n"
    "tried.append('sent')",
    inside="sent and sum(sent) == 2 * len(sent)",
)
probe(
    "commands_without_end: empty commands of the sockets' own protocol, which answer nothing",
    "for name in os.listdir('/proc/self/fd'):\n"
    "    try:\n"
    "        one = socket.socket(fileno=os.dup(int(name)))\n"
    "        one.getpeername()\n"
    "        if struct.unpack('iII', one.getsockopt(1, 17, 12))[0] == 0: one.sendall(b'\\x04\\x00' * 50_000)\n"
    "    except OSError: continue",
    note="ended Python",
    inside="",
)
probe(
    "news_of_processes: sockets on which Linux tells of processes, devices, sockets and network filters",
    "for number in range(1, 32): attempt(number, socket.socket, 16, socket.SOCK_RAW, number)\n"
    "for number in range(1, 32): attempt(number, socket.socketpair, 16, socket.SOCK_DGRAM, number)\n"
    "route = socket.socket(16, socket.SOCK_RAW, 0)\n"
    "attempt('groups of others', route.setsockopt, 270, 8, 1)\n"
    "attempt('another', route.sendto, b'x' * 32, (os.getpid() + 1, 0))",
)
probe(
    "modules_for_terminals: line disciplines and consoles, for which Linux loads modules",
    "main, side = os.openpty()\n"
    "for number in range(31): attempt(number, fcntl.ioctl, side, 0x5423, struct.pack('i', number))\n"
    "for number in (0x541D, 0x4B3A, 0x4B46, 0x4B2F, 0x5606):  # console, its mode, keys, bell and number\n"
    "    attempt(number, fcntl.ioctl, side, number, 1)\n"
    "attempt('group', os.tcsetpgrp, side, 2)\nattempt('stolen', fcntl.ioctl, 0, 0x540E, 1)",
)
probe(
    "modules_for_sockets: protocols of the network, for which Linux loads modules",
    "for family in (socket.AF_INET, socket.AF_INET6):\n"
    "    for protocol in (33, 41, 47, 50, 51, 103, 108, 115, 132, 136, 262):\n"
    "        for kind in (1, 2, 4, 5, 6): attempt((family, kind, protocol), socket.socket, family, kind, protocol)\n"
    "tried.append('ordinary')\n"
    "for kind, protocol in ((1, 0), (1, 6), (2, 0), (2, 17)): socket.socket(2, kind, protocol).close()",
)
probe(
    "whose_turn_it_is: cores, disks and turns of the processor before all others",
    "import resource\n"
    "for scope in (0, 1, 2): call('core of its own', (157, 167), 62, 1, 0, scope, 0)\n"
    "for level in range(8):\n"
    "    for kind in (1, 2): call('disk', (251, 30), 1, 0, kind << 13 | level)\n"
    "for policy in (1, 2, 6):\n"
    "    turn = struct.pack('IIQiIQQQII', 56, policy, 0, 0, 1, 10**7, 10**8, 10**8, 0, 0)\n"
    "    call(('turn', policy), (314, 274), 0, turn, 0)\n"
    "for kind in (13, 14):\n"
    "    attempt(kind, resource.setrlimit, kind, (40, 40))\n"
    "attempt('group', lambda: open('/proc/self/autogroup', 'w').write('-20'))\n"
    "for path in ('/proc/self/timerslack_ns', '/proc/self/sched', '/proc/1/latency'):\n"
    "    attempt(path, os.open, path, os.O_WRONLY)",
)
probe(
    "all_to_disk: everything that the machine has not yet written is to be written now, and what is read dropped",
    "effects = [libc.syscall((306, 267)[column], -1),  # done without effect, or -1 would be no file\n"
    "           libc.syscall((221, 223)[column], -1, 0, 0, 4)]\n"
    "tried.append('sync')\nos.sync()\n"
    "if effects != [0, 0]: found.append(effects)",
)
probe(
    "what_is_in_memory: which files others have read lately, told by what can be had without the disk",
    "file = os.open(os.__file__, os.O_RDONLY)\nblock = ctypes.create_string_buffer(4096)\n"
    "vector = struct.pack('QQ', ctypes.addressof(block), 4096)\n"
    "for flags in (8, 8 | 16, 128, 8 | 128): call(flags, (327, 286), file, vector, 1, 0, 0, flags)\n"
    "tried.append('read')\n"
    "if libc.syscall((327, 286)[column], file, vector, 1, 0, 0, 0) != 4096: found.append('cannot be read')\n"
    "call('cachestat', (451, 451), file, ctypes.create_string_buffer(16), block, 0)",
)
probe(
    "merged_memory: memory that Linux may keep once for several processes, so that time tells who has the same",
    "page = mmap.mmap(-1, 2**16, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)\n"
    "attempt('mergeable', page.madvise, 12)\ncall('all', (157, 167), 67, 1, 0, 0, 0)\n"
    "for path in ('/sys/kernel/mm/ksm/run', '/proc/self/ksm_merging_pages', '/proc/self/ksm_stat'):\n"
    "    attempt(path, os.open, path, os.O_WRONLY)",
)
probe(
    "signals_by_other_doors: signals by queues, timers, owners of files and handles of processes",
    "own = set(map(int, os.listdir('/proc/self/task')))\n"
    "for pid in [-2, *sorted(set(range(2, 400)) - own)]:\n"
    "    call(pid, (129, 138), pid, 10, ctypes.create_string_buffer(128))\n"
    "    call(pid, (297, 240), pid, pid, 10, ctypes.create_string_buffer(128))\n"
    "    call(pid, (234, 131), pid, pid, 10)\n    call(pid, (200, 130), pid, 10)\n"
    "    call(pid, (434, 434), pid, 0)\n    attempt(pid, os.getpgid, pid)\n    attempt(pid, os.getsid, pid)\n"
    "    event = struct.pack('QiiI44x', 0, 10, 4, pid & 0xFFFFFFFF)\n"
    "    call(pid, (222, 107), 0, event, ctypes.byref(ctypes.c_int()))\n"
    "tried.append('owner')\nend, _ = os.pipe()\n"
    "for pid in (2, 300, 4000): attempt(pid, fcntl.fcntl, end, fcntl.F_SETOWN, pid)\n"
    "found[:] = [one for one in found if one[1] not in ('0', 0)]",
    inside="len(tried) > 2000 and not found",
)
probe(
    "stops_its_kernel: the kernel is stopped, so that whoever waits for it waits for ever",
    "import signal\n"
    "for number in (signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU, signal.SIGKILL, signal.SIGABRT):\n"
    "    child = os.fork()\n"
    "    if child == 0:\n"
    "        os.kill(1, number)\n        os._exit(0)\n"
    "    tried.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))\n"
    "    os.kill(os.getpid(), signal.SIGSTOP)",
    inside="tried == [0] * 6",
)
probe(
    "dead_and_not_buried: processes that have ended, and for which nobody waits",
    "for _ in range(300):\n    if os.fork() == 0: os._exit(0)",
    note="(processes)",
    inside="",
)
probe(
    "files_under_way: open files left in messages that nobody takes, counted for all who have the same user",
    "ends, passed = [], 0\nfile = os.open('/dev/null', os.O_RDONLY)\n"
    "try:\n"
    "    for _ in range(40):\n"
    "        pair = socket.socketpair()\n        ends.append(pair)\n"
    "        rights = (socket.SOL_SOCKET, socket.SCM_RIGHTS, struct.pack('250i', *[file] * 250))\n"
    "        pair[0].sendmsg([b'x'], [rights])\n        passed += 250\n"
    "except OSError as error: tried.append(error.errno)\n"
    "for pair in ends: [one.close() for one in pair]",
    inside="tried == [109] and passed <= 1000",  # an ordinary user's own programs may pass on 1,024
)
probe(
    "watched_files: files watched until nobody of the same user can watch any more, and no kernel can start",
    "for _ in range(60):\n"
    "    if os.fork() == 0:\n"
    "        import select\n"
    "        ends = [os.eventfd(0) for _ in range(220)]\n"
    "        for _ in range(220):\n"
    "            one = select.epoll()\n            ends.append(one)\n"
    "            for end in ends[:20]: one.register(end, 1)\n"
    "        time.sleep(10)\n        os._exit(0)\n"
    "time.sleep(10)  # it is ended long before",
    note=ENDED,
    inside="",
)
probe(
    "files_of_a_thread: threads whose open files are not those of their process",
    "for flags in (0x10900, 0x50B00, 0x3D0F00 & ~0x400, 0x10D00 & ~0x400):\n"
    "    call(hex(flags), (56, 220), ctypes.c_long(flags), None, None, None, None)\n"
    "call('unshare', (272, 97), 0x400)\ncall('close_range', (436, 436), 500, 510, 2)\n"
    "found[:] = [one for one in found if one[0] != 'close_range']",
)
probe(
    "machine_code: filters of one's own, for whose machine code all processes of a machine share one stock",
    "import threading\n"
    "lines = ctypes.create_string_buffer(b''.join(struct.pack('HBBI', 6, 0, 0, 0x7FFF0000) for _ in range(4096)))\n"
    "code = struct.pack('HxxxxxxP', 4096, ctypes.addressof(lines))\n"
    "for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):\n"
    "    for option in (26, 50, 51, 52):\n"
    "        attempt(option, socket.socket(socket.AF_UNIX, kind).setsockopt, socket.SOL_SOCKET, option, code)\n"
    "        attempt(option, socket.socket(socket.AF_INET, kind).setsockopt, socket.SOL_SOCKET, option, code)\n"
    "call('seccomp', (317, 277), 1, 0, code)\ncall('prctl', (157, 167), 22, 2, code, 0, 0)\n"
    "call('strict', (157, 167), 22, 1, 0, 0, 0)\ncall('rules', (444, 444), struct.pack('Q', 1), 8, 0)\n"
    "call('bpf', (321, 280), 5, ctypes.create_string_buffer(128), 128)",
)
probe(
    "files_of_crashes: a crash is to be written to a file, or handed to a program that runs as root",
    "import resource, signal\n"
    "tried.append('limit')\n"
    "if resource.getrlimit(resource.RLIMIT_CORE) != (1, 1): found.append(resource.getrlimit(resource.RLIMIT_CORE))\n"
    "for limit in ((0, 0), (0, 1), (1, 1), (2**40, 2**40)):\n"
    "    attempt(limit, resource.setrlimit, resource.RLIMIT_CORE, limit)\n"
    "    attempt(limit, resource.prlimit, 0, resource.RLIMIT_CORE, limit)\n"
    "    call(limit, (160, 164), 4, struct.pack('QQ', *limit))\n"
    "place = mmap.mmap(-1, 4096, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)\nplace.write(bytes(16))\n"
    "libc.mmap.restype = ctypes.c_void_p\n"
    "low = libc.mmap(ctypes.c_void_p(0x7000_0000_0000), ctypes.c_size_t(4096), 3, 0x32, -1, ctypes.c_long(0))\n"
    "call('an address that ends in zeros', (302, 261), 0, 4, ctypes.c_void_p(low), None)\n"
    "child = os.fork()\n"
    "if child == 0: os.kill(os.getpid(), signal.SIGQUIT), os.abort()\n"
    "if os.WCOREDUMP(os.waitpid(child, 0)[1]): found.append('a file of the crash')\n"
    "if glob.glob('core*') + glob.glob('/tmp/core*'): found.append('a file')",
)

begin("Memory that nobody counts")

probe(
    "buffers_of_sockets: memory that lies in sockets, written and never read",
    "for _ in range(8):\n"
    "    if os.fork() == 0:\n"
    "        ends, block = [], bytes(2**16)\n"
    "        try:\n"
    "            while True:\n"
    "                for one in socket.socketpair():\n"
    "                    one.setblocking(False)\n                    ends.append(one)\n"
    "                    for option in (7, 8, 32, 33): one.setsockopt(socket.SOL_SOCKET, option, 2**24)\n"
    "        except OSError: pass\n"
    "        for one in ends:\n"
    "            try:\n                while True: one.send(block)\n            except OSError: continue\n"
    "        time.sleep(10)\n        os._exit(0)\n"
    "time.sleep(10)",
    note="(memory_bytes)",
    inside="",
)
probe(
    "buffer_of_one_socket: one socket that holds as much as it is asked to",
    "one, other = socket.socketpair()\n"
    "for option in (7, 8): one.setsockopt(socket.SOL_SOCKET, option, 2**26)\n"
    "one.setblocking(False)\nheld = 0\n"
    "try:\n    while True: held += one.send(bytes(2**16))\n"
    "except BlockingIOError: tried.append(held)\n"
    "if held > 2**21: found.append(held)",
)
probe(
    "first_thread_ended: memory of processes whose first thread has ended, of which /proc says nothing",
    "import threading\n"
    "def hold():\n"
    "    kept = np.ones(40_000_000)\n"
    "    libc.prctl(15, b'x\\x0bVmSize:\\t1', 0, 0, 0)\n"
    "    time.sleep(10)\n    libc._exit(0)\n"
    "for _ in range(4):\n"
    "    if os.fork() == 0:\n"
    "        libc.prctl(15, b'x\\x0bVmSize:\\t1', 0, 0, 0)  # a line of its own, for who reads lines\n"
    "        threading.Thread(target=hold).start()\n"
    "        libc.syscall((60, 93)[column], 0)\n"
    "time.sleep(10)",
    note="(memory_bytes)",
    inside="",
)
probe(
    "mappings_of_many: thousands of mappings in each of many processes, and no page in any of them",
    "libc.mmap.restype = ctypes.c_void_p\n"
    "start = libc.mmap(None, ctypes.c_size_t(60_000 * 4096), 0, 0x22, -1, ctypes.c_long(0))\n"
    "for number in range(29_000):\n"
    "    libc.mprotect(ctypes.c_void_p(start + (2 * number + 1) * 4096), ctypes.c_size_t(4096), 1)\n"
    "for number in range(60):\n"
    "    if os.fork() == 0:\n        time.sleep(20)\n        os._exit(0)\n"
    "time.sleep(20)",
    note="(memory_bytes)",
    inside="",
)
probe(
    "stack_without_end: memory by way of the stack, which no limit of data holds",
    "import resource, subprocess\n"
    "grow = 'import ctypes, resource, time\\nresource.setrlimit(3, (-1, -1))\\n'\n"
    "grow += \"place = [line for line in open('/proc/self/maps') if '[stack]' in line][0]\\n\"\n"
    "grow += 'start = int(place.split(chr(45))[0], 16)\\n'\n"
    "grow += 'for part in range(1, 200): ctypes.memset(start - part * 2**22, 1, 2**22)\\ntime.sleep(10)'\n"
    "resource.setrlimit(resource.RLIMIT_STACK, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))\n"
    "subprocess.run([sys.executable, '-I', '-S', '-c', grow], timeout=20)",
    note="(memory_bytes)",
    inside="",
)
probe(
    "pipes_without_end: pipes of every size, all full",
    "held, ends = 0, []\n"
    "try:\n"
    "    while True:\n"
    "        end, start = os.pipe()\n        ends += [end, start]\n        os.set_blocking(start, False)\n"
    "        for size in (2**20, 2**18, 2**17): attempt(size, fcntl.fcntl, start, 1031, size)\n"
    "        try:\n            while True: held += os.write(start, bytes(2**16))\n"
    "        except BlockingIOError: continue\n"
    "except OSError as error: tried.append(error.errno)\n"
    "for end in ends: os.close(end)\n"
    "if held > 2**24: found.append(held)",
    inside="tried[-1] == 24 and held > 2**20 and not found",
)
probe(
    "files_without_names: temporary files that are open, mapped, and have no name any more",
    "held, kept, maps = 0, [], []\n"
    "for folder in ('/tmp', '/dev/shm', os.getcwd()):\n"
    "    try:\n"
    "        while True:\n"
    "            file = os.open(folder, os.O_TMPFILE | os.O_RDWR, 0o600)\n            kept.append(file)\n"
    "            os.ftruncate(file, 2**23)\n"
    "            os.posix_fallocate(file, 0, 2**23)\n"
    "            maps.append(mmap.mmap(file, 2**23))\n            held += 2**23\n"
    "    except OSError as error: tried.append(error.errno)\n"
    "if held > 3 * 64 * 2**20: found.append(held)\n"
    "maps.clear()\nfor file in kept: os.close(file)",
    inside="set(tried) <= {28, 95} and len(tried) == 3 and not found",
)
probe(
    "names_and_attributes: memory in attributes of files and in what links point to",
    "held = 0\n"
    "for number in range(2_000):\n"
    "    try:\n"
    "        open(f'/tmp/a{number}', 'w').close()\n"
    "        os.setxattr(f'/tmp/a{number}', 'user.mine', bytes(60_000))\n        held += 60_000\n"
    "    except OSError as error:\n        tried.append(error.errno)\n        break\n"
    "for number in range(20_100):\n"
    "    try:\n        os.symlink('x' * 4_000, f'/dev/shm/l{number}')\n        held += 4_000\n"
    "    except OSError as error:\n        tried.append(error.errno)\n        break\n"
    "if held > 2**27: found.append(held)",
    inside="len(tried) == 2 and set(tried) <= {28, 95} and not found",
)
probe(
    "timers_without_end: timers, of which Linux keeps each",
    "timers = []\n"
    "while len(timers) < 3_000:\n"
    "    number = ctypes.c_int()\n"
    "    if libc.syscall((222, 107)[column], 0, None, ctypes.byref(number)) != 0: break\n"
    "    timers.append(number.value)\n"
    "tried.append(len(timers))\n"
    "for number in timers: libc.syscall((226, 111)[column], number)\n"
    "if len(timers) > 1_100: found.append(len(timers))",
    inside="0 < tried[0] <= 1_100 and not found",
)

begin("Root outside, in disguise")

probe(
    "devices_of_the_host: times, rights and owners of the host's devices are changed",
    "for name in sorted(os.listdir('/dev')):\n"
    "    path = f'/dev/{name}'\n"
    "    if name in ('pts', 'shm', 'fd', 'stdin', 'stdout', 'stderr', 'ptmx', 'core'): continue\n"
    "    attempt(('times', name), os.utime, path)\n    attempt(('set times', name), os.utime, path, (0, 0))\n"
    "    attempt(('rights', name), os.chmod, path, 0o666)\n    attempt(('owner', name), os.chown, path, -1, -1)\n"
    "    attempt(('attribute', name), os.setxattr, path, 'user.mine', b'x')\n"
    "    attempt(('other name', name), os.link, path, f'/tmp/{name}')\n"
    "tried.append('written')\nopen('/dev/null', 'w').write('x')  # what they are there for still goes",
    inside="len(tried) > 30 and not found",
)
probe(
    "calls_of_the_powerful: what only the machine's owner may ask Linux for",
    "none = ctypes.create_string_buffer(256)\n"
    "for name, numbers in {'kexec_file_load': (320, 294), 'delete_module': (176, 106), 'settimeofday': (164, 170),\n"
    "                      'setdomainname': (171, 162), 'ioperm': (173, None), 'vhangup': (153, 58),\n"
    "                      'fsmount': (432, 432), 'fsconfig': (431, 431), 'lsm_set_self_attr': (460, 460),\n"
    "                      'open_tree_attr': (467, 467), 'process_mrelease': (448, 448), 'quotactl_fd': (443, 443),\n"
    "                      'map_shadow_stack': (453, 453)}.items():\n"
    "    call(name, numbers, none, 1, none, 1, 1)\n"
    "attempt('clock', time.clock_settime, time.CLOCK_MONOTONIC, 1)\n"
    "call('adjtimex', (159, 171), struct.pack('I252x', 0x8000 | 0x1))\n"
    "call('clock_adjtime', (305, 266), 0, struct.pack('I252x', 0x0002))\n"
    "for option in (35, 8, 24, 28): call(('prctl', option), (157, 167), option, 1, 1, 0, 0)\n"
    "found[:] = [one for one in found if one[0] != ('prctl', 8)]  # keeps capabilities of which there are none",
)
probe(
    "every_file_of_proc: every file of /proc that belongs to a process is opened for writing",
    "for top in ('/proc/self', '/proc/1', '/proc/thread-self'):\n"
    "    for folder, folders, files in os.walk(top):\n"
    "        folders[:] = [name for name in folders if name not in ('fd', 'map_files', 'cwd', 'root', 'task')]\n"
    "        for name in files: attempt(f'{folder}/{name}', os.open, f'{folder}/{name}', os.O_WRONLY)\n"
    "found[:] = [one for one in found if '/fd/' not in one[0]]",
    inside="len(tried) > 100 and not found",
)
probe(
    "other_users: files given to others, programs that would run as their owner, ids beyond one's own",
    "import shutil, stat, subprocess\n"
    "lines = [open(f'/proc/self/{kind}_map').read().split() for kind in ('uid', 'gid')]\n"
    "tried.append(lines)\n"
    "if any(len(line) != 3 or line[2] != '1' for line in lines): found.append(lines)\n"
    "path = shutil.copy('/usr/bin/id', '/tmp/id')\n"
    "for user, group in ((0, 0), (0, -1), (-1, 0), (65533, -1), (1, 1)):\n"
    "    attempt((user, group), os.chown, path, user, group)\n"
    "os.chmod(path, 0o6755)\n"
    "attempt('capability', os.setxattr, path, 'security.capability', struct.pack('<5I', 0x2000001, 2**21, 0, 0, 0))\n"
    "for user in (0, 1, 65533):\n"
    "    libc.setfsuid(user)\n    tried.append(user)\n"
    "    if libc.setfsuid(-1) != os.getuid(): found.append(('fsuid', user))\n"
    "attempt('trusted', os.setxattr, path, 'trusted.mine', b'x')\n"
    "said = subprocess.run([path, '-u'], capture_output=True, text=True).stdout.strip()\n"
    "if said != str(os.getuid()): found.append(said)",
)
probe(
    "namespaces_by_handle: namespaces above and beside, by their files, numbers and mounts",
    "for name in os.listdir('/proc/self/ns'):\n"
    "    file = os.open(f'/proc/self/ns/{name}', os.O_RDONLY)\n"
    "    for what, number in (('above', 0xB702), ('beside', 0xB70A), ('before', 0xB70B), ('next', 0xB70C)):\n"
    "        attempt((what, name), fcntl.ioctl, file, number)\n"
    "    call(('enter', name), (308, 268), file, 0)\n"
    "numbers = ctypes.create_string_buffer(8 * 100)\n"
    "for place in (1, 2, 3, 2**32):\n"
    "    call(('mounts', place), (458, 458), struct.pack('IIQQQ', 32, 0, 2**64 - 1, 0, place), numbers, 100, 0)\n"
    "own = set(map(int, os.listdir('/proc/self/task')))\n"
    "for pid in set(range(2, 100)) - own: attempt(pid, os.open, f'/proc/1/root/proc/{pid}/ns/net', os.O_RDONLY)",
)

begin("More of the host than Python needs")

probe(
    "folders_by_name: what stands in the folders that every machine has",
    "allowed = {'/': 'bin dev etc home lib lib64 nix gnu opt proc sbin tmp usr',\n"
    "           '/etc': 'ld.so.cache alternatives fonts matplotlibrc',\n"
    "           '/dev': 'null zero full random urandom tty stdin stdout stderr fd core pts ptmx shm console',\n"
    "           '/usr/share': 'zoneinfo fonts fontconfig locale-langpack matplotlib python3'}\n"
    "paths = [*sys.path, sys.executable, os.path.realpath(sys.executable), sys.prefix, '/root']\n"
    "ours = {part for path in paths for part in path.split('/')} | {f'python3.{number}' for number in range(30)}\n"
    "for folder, names in allowed.items():\n"
    "    tried.append(folder)\n"
    "    more = set(os.listdir(folder)) - set(names.split()) - ours if os.path.isdir(folder) else set()\n"
    "    if more: found.append((folder, more))",
)
VARIABLES = [*kernel_environment(), "PWD", "OLDPWD", "TERM", "CLICOLOR", "CLICOLOR_FORCE", "FORCE_COLOR", "PAGER"]
VARIABLES += ["GIT_PAGER", "JPY_SESSION_NAME", "PYDEVD_USE_FRAME_EVAL", "LC_CTYPE", "TF2_BEHAVIOR"]  # set by packages
probe(
    "environment_by_name: variables of the environment beside those that a kernel is given",
    f"allowed = {VARIABLES!r}\n"
    "for name, value in os.environ.items():\n"
    "    tried.append(name)\n    if name not in allowed: found.append((name, value[:20]))\n"
    "for part in open('/proc/1/environ').read().split('\\0'):\n"
    "    if part and part.partition('=')[0] not in allowed: found.append(part[:40])\n"
    "words = open('/proc/1/cmdline').read().split('\\0')\n"
    "if any('gradebook' in word or 'submitted' in word for word in words): found.append(words)",
)
probe(
    "groups_of_control: control groups, their names and their files",
    "tried.append('names')\n"
    "lines = open('/proc/self/cgroup').read().split()\n"
    "if any(not line.endswith(':/') for line in lines): found.append(lines)\n"
    "for path in ('/sys/fs/cgroup/cgroup.procs', '/sys/fs/cgroup/memory.max', '/sys/kernel', '/sys/firmware'):\n"
    "    attempt(path, os.stat, path)\n"
    "if any(' cgroup' in line for line in open('/proc/self/mountinfo')): found.append('mounted')",
)
probe(
    "rings_of_keys: keys that Linux keeps for users and sessions",
    "tried.append('list')\n"
    "lines = [line for line in open('/proc/keys') if ' keyring ' not in line]\n"
    "if lines: found.append(lines)\n"
    "for number in range(-8, 0): call(number, (250, 219), 0, number, 0)\n"
    "for number in (6, 11): call(('read', number), (250, 219), number, -3, None, 0)",
)
probe(
    "open_from_the_start: files that were open before the first cell, and what else was inherited",
    "ours = '/home/student /tmp/ /dev/null /dev/pts /dev/shm /proc anon_inode socket: pipe:'.split()\n"
    "for name in os.listdir('/proc/self/fd'):\n"
    "    try: target = os.readlink(f'/proc/self/fd/{name}')\n"
    "    except OSError: continue\n"
    "    tried.append(name)\n"
    "    if not target.startswith(tuple(ours)): found.append((name, target))\n"
    "if os.getppid() != 0 or os.getsid(0) < 0: found.append('a parent')",
)
probe(
    "searched_memory: the whole memory of the kernel is searched for what others wrote",
    "text = ('" + CANARY[:6] + "', '" + CANARY[6:] + "')\n"
    "wanted = ''.join(text).encode()\nmemory = open('/proc/self/mem', 'rb', buffering=0)\nseen = 0\n"
    "for line in open('/proc/self/maps'):\n"
    "    places, rights = line.split()[:2]\n"
    "    if not rights.startswith('rw') or 'vvar' in line: continue\n"
    "    start, end = (int(part, 16) for part in places.split('-'))\n"
    "    try:\n"
    "        memory.seek(start)\n        held = memory.read(min(end - start, 2**26))\n"
    "    except (OSError, ValueError, OverflowError): continue\n"
    "    seen += len(held)\n    count = held.count(wanted)\n    del held\n"
    "    tried.append(count)",
    inside="seen > 2**23 and sum(tried) <= 20 and not found",
)

begin("Sockets of every family")

probe(
    "other_addresses: the listener outside by every address of this machine and every kind of socket",
    "for address in ('127.0.0.1', '127.1.2.3', '0.0.0.0', '255.255.255.255', '224.0.0.1', '169.254.169.254',\n"
    "                '::1', '::ffff:127.0.0.1', '::', 'ff02::1', 'fe80::1'):\n"
    "    for kind in (1, 2):\n"
    "        one = socket.socket(10 if ':' in address else 2, kind)\n"
    "        one.settimeout(0.2)\n        one.setsockopt(1, 6, 1)  # to all who listen\n"
    "        attempt((address, kind), one.connect, (address, <port>))\n"
    "        attempt((address, kind, 'sent'), one.sendto, b'x', 0x20000000 if kind == 1 else 0, (address, <port>))\n"
    "found[:] = [one for one in found if one[0] != ('0.0.0.0', 2, 'sent')]  # to itself, where nobody listens",
)
probe(
    "sockets_of_programs: sockets of the desktop, of services and of the listener, of every kind, by file and without",
    "for kind in (1, 2, 5):\n"
    "    for path in ('\\0hostile-<port>', '\\0/tmp/.X11-unix/X0', '\\0/tmp/dbus-1', '/tmp/.X11-unix/X0', '/dev/log',\n"
    "                 '/run/docker.sock', '/run/dbus/system_bus_socket', '/run/systemd/journal/socket',\n"
    "                 '/run/user/1000/bus', '/run/nscd/socket', '/run/snapd.socket'):\n"
    "        one = socket.socket(socket.AF_UNIX, kind)\n"
    "        attempt((path, kind), one.connect, path)\n"
    "        if kind == 2: attempt((path, 'sent'), one.sendto, b'x', path)\n"
    "tried.append('own')\none = socket.socket(socket.AF_UNIX)\none.bind('\\0mine')\n"
    "lines = [line.split()[-1] for line in open('/proc/net/unix') if '@' in line]\n"
    "if lines != ['@mine']: found.append(lines)",
)
