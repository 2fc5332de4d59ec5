# port/qemu-arm/interrupt.c: driver
# Who opens a line throws away the pulse that came while it was masked.
s#    if \(!pulse\)\n#    (void)pulse;\n#
