# port/qemu-arm/wait.c: done
# What a completed operation wakes in turn is forgotten.
s#            woken \|= operation->wakes;\n#            woken \&= operation->wakes;\n#
