# port/linux/execute.c: done
# Several slots are freed by one commit, one waiter is woken, and keeps that to itself.
s|    if \(slept\)\n        pass_wake_on[^\n]*\n|    (void)pass_wake_on, (void)slept;\n|
