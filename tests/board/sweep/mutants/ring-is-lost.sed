# port/qemu-arm/kernel.c: start
# Who rings while the supervisor does not listen is not heard when it does.
s#    else\n        rung = true;\n##
