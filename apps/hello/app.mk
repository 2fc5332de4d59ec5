hello_SOURCES := apps/hello/hello.c
