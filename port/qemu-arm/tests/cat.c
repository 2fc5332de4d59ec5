#include <coop.h>
#include <stdio.h>
#include <string.h>
static int argc_, done; 
COOP_SHARED(char, args[200]);
static int run(const void *a)
{
    (void)a; (void)argc_; (void)done; char b[100]; int n, sum = 0;
    while ((n = coop_stream_read(COOP_STDIN, b, sizeof b, COOP_FOREVER)) > 0) { sum += n; if (coop_stream_write(COOP_STDOUT, b, (size_t)n, COOP_FOREVER) != n) return 3; }
    coop_log("%d bytes, end %d, args %s", sum, n, args);
    return n == COOP_ECLOSED ? 0 : 1;
}
COOP_PROCESS(root, run);
int main(int argc, char **argv) { for (int i = 0; i < argc; i++) { strcat(args, "["); strcat(args, argv[i]); strcat(args, "]"); } return coop_run(argc, argv, &root); }
