# port/qemu-arm/wait.c: get
# What the end of a wait has to do besides is done at the next one's, too.
s|    process->unpark = 0;\n||
