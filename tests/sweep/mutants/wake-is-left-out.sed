# port/linux/execute.c: put
# A commit counts its word up, but wakes nobody.
s/if (\(wake\(word, all \? INT_MAX : 1\)\))/(void)all;\n    if (word != NULL)/
