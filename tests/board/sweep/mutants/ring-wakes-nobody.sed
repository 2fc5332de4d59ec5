# port/qemu-arm/kernel.c: kill
# The supervisor sleeps on when somebody rings.
s#(    rung = true;\n)    end_listening\(\);\n#\1#
