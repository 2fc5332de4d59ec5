/* Where the C library's variables lie that every process has for itself, errno for one. */
#include "system_call.h"

void *__aeabi_read_tp(void);

/* Called by code of the C library, whose r9 is its own: so only the kernel knows whose it is. Changes r0 and r12 only. */
__attribute__((naked)) void *__aeabi_read_tp(void)
{
    __asm__ volatile("mov r12, %0\n\t"
                     "svc 0\n\t"
                     "bx lr"
                     :
                     : "i"(CALL_THREAD_POINTER));
}
