# port/linux/execute.c: put
# Repair takes the guard from a process that is alive.
s|dead != 0 && \(owner & 0xff\) == dead|dead != 0|
