#!/usr/bin/env python3
"""Python's multiprocessing in the same rows: `list`, or `run ROW NAME` (see bench.h)."""

import ctypes
import multiprocessing as mp
import os
import random
import signal
import sys
import time

ROUND_S = 0.1
DEPTH_ONE_CORE, DEPTH_TWO_CORES = 256, 1024
MESSAGE = b"x" * 64
CPUS = sorted(os.sched_getaffinity(0))


def pin(which):
    if which >= len(CPUS):
        print(f"needs {which + 1} CPUs")
        sys.exit(77)
    os.sched_setaffinity(0, {CPUS[which]})


def nothing():
    pass


def same(value):
    return value


def create(method):
    context = mp.get_context(method)
    first = context.Process(target=nothing)
    first.start()  # boots the fork server and the resource tracker
    first.join()
    start, count = time.monotonic(), 0
    while time.monotonic() < start + ROUND_S:
        process = context.Process(target=nothing)
        process.start()
        process.join()
        count += 1
    return (time.monotonic() - start) / count * 1e6


def consume(queue, result):
    pin(0)
    queue.get()
    start, count = time.monotonic(), 0
    while queue.get() is not None:
        count += 1
    result.value = count / (time.monotonic() - start) / 1e6


def one_way(depth, producer_cpu):
    context = mp.get_context("fork")
    queue, result = context.Queue(depth), context.Value("d", 0.0)
    consumer = context.Process(target=consume, args=(queue, result))
    consumer.start()
    pin(producer_cpu)
    end = time.monotonic() + ROUND_S
    while time.monotonic() < end:
        for _ in range(64):
            queue.put(MESSAGE)
    queue.put(None)
    consumer.join()
    return result.value


def answer(requests, answers):
    while True:
        message = requests.get()
        answers.put(message)
        if message is None:
            return


def round_trip():
    context = mp.get_context("fork")
    pin(0)
    requests, answers = context.SimpleQueue(), context.SimpleQueue()
    return ask(context, requests, answers)


def round_trip_queue():
    context = mp.get_context("fork")
    pin(0)
    return ask(context, context.Queue(16), context.Queue(16))


def ask(context, requests, answers):
    server = context.Process(target=answer, args=(requests, answers))
    server.start()
    start, count = time.monotonic(), 0
    while time.monotonic() < start + ROUND_S:
        requests.put(MESSAGE)
        answers.get()
        count += 1
    figure = (time.monotonic() - start) / count * 1e6
    requests.put(None)
    answers.get()
    server.join()
    return figure


def semaphore():
    pin(0)
    gate = mp.get_context("fork").Semaphore(1)
    acquire, release = gate.acquire, gate.release
    rounds = range(300_000)
    start = time.monotonic()
    for _ in rounds:
        acquire()
        release()
    return (time.monotonic() - start) / len(rounds) * 1e9


def pool(items, chunksize):
    with mp.get_context("fork").Pool(2) as workers:
        workers.map(same, range(100))
        start = time.monotonic()
        workers.map(same, range(items), chunksize)
        return items / (time.monotonic() - start) / 1e6


def pool_start(method):
    context = mp.get_context(method)
    start = time.monotonic()
    with context.Pool(2) as workers:
        workers.apply(same, (1,))
        return (time.monotonic() - start) * 1e3


def work(ready, queue):
    ready.value = 1
    message = b"x" * 1024
    while True:
        queue.put(message)
        queue.get()


def check(queue):
    """Runs in a fork of its own, since it hangs on what a death has left locked."""
    child = os.fork()
    if child == 0:
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        try:
            queue.put(b"last")
            while (message := queue.get()) != b"last":
                if message != b"x" * 1024:
                    os._exit(1)
            os._exit(0)
        except BaseException:
            os._exit(1)
    return os.waitpid(child, 0)[1] == 0


def killed(kind, trials=10):
    context = mp.get_context("fork")
    ready = context.RawValue(ctypes.c_int, 0)
    bad = 0
    if not check(getattr(context, kind)()):
        sys.exit("the check fails without a kill")
    for _ in range(trials):
        ready.value = 0
        queue = getattr(context, kind)()
        worker = context.Process(target=work, args=(ready, queue))
        worker.start()
        while not ready.value:
            time.sleep(0.0001)
        time.sleep(random.uniform(0.001, 0.003))
        worker.kill()
        worker.join()
        bad += not check(queue)
    return 100 * bad / trials


CONTENDERS = {
    ("start_2mb", "Python fork"): lambda: create("fork"),
    ("start_2mb", "Python forkserver"): lambda: create("forkserver"),
    ("start_2mb", "Python spawn"): lambda: create("spawn"),
    ("one_way_two_cores", "Python Queue"): lambda: one_way(DEPTH_TWO_CORES, 1),
    ("one_way_one_core", "Python Queue"): lambda: one_way(DEPTH_ONE_CORE, 0),
    ("round_trip_one_core", "Python Queue"): round_trip_queue,
    ("round_trip_one_core", "Python SimpleQueue"): round_trip,
    ("semaphore", "Python Semaphore"): semaphore,
    ("pool", "Python Pool, chunk 1"): lambda: pool(6_000, 1),
    ("pool", "Python Pool, its own chunks"): lambda: pool(400_000, None),
    ("pool_start", "Python Pool, fork"): lambda: pool_start("fork"),
    ("pool_start", "Python Pool, forkserver"): lambda: pool_start("forkserver"),
    ("pool_start", "Python Pool, spawn"): lambda: pool_start("spawn"),
    ("killed", "Python Queue"): lambda: killed("Queue"),
    ("killed", "Python SimpleQueue"): lambda: killed("SimpleQueue"),
}

if __name__ == "__main__":
    if sys.argv[1:] == ["list"]:
        for row, name in CONTENDERS:
            print(row, name, sep="\t")
    elif len(sys.argv) == 4 and sys.argv[1] == "run":
        print(f"{CONTENDERS[sys.argv[2], sys.argv[3]]():.6g}", flush=True)
    else:
        sys.exit(__doc__)
