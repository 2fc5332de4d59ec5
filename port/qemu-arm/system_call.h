/* The numbers of the calls that are no operations: in r12, after those of enum operation_number. Also read by context.S. */
#ifndef SYSTEM_CALL_H
#define SYSTEM_CALL_H

#define CALL_YIELD          48
#define CALL_EXIT           49 /* code, signal */
#define CALL_MISUSE         50 /* enum coop_misuse */
#define CALL_NOW            51 /* answers in r0 and r1 */
#define CALL_THREAD_POINTER 52
#define CALL_RING           53
#define CALL_READ           54 /* -, buffer, timeout, bytes */
#define CALL_WRITE          55 /* -, buffer, timeout, bytes */
#define CALL_ENABLE         56 /* struct coop_interrupt */
#define CALLS               64 /* context.S makes what is less than 0, or too large, the first or the last */

#endif
