# port/qemu-arm/port.c: start
# For whom an interrupt rings while a start is answered for the supervisor is forgotten.
s#\*noted &= ~\(bits & -bits\);#*noted = 0;#
