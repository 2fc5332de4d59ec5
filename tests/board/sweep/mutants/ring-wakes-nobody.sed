# port/qemu-arm/kernel.c: kill
# The supervisor sleeps on when somebody rings.
s#(    rung = true;\n)    wake_supervisor\(\);\n#\1#
