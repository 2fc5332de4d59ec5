# port/linux/execute.c: semaphore
# The guard of the dead is not taken from it.
s|dead != 0 && \(owner & 0xff\) == dead|dead == 0 \&\& (owner \& 0xff) == dead|
