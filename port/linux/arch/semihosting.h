/* Ends an emulator that offers semihosting to user space, with an exit status. On a machine without it: undefined. */
#ifndef LINUX_SEMIHOSTING_H
#define LINUX_SEMIHOSTING_H

enum { SEMIHOSTING_EXIT_EXTENDED = 0x20, SEMIHOSTING_APPLICATION_EXIT = 0x20026 };

#if defined(__aarch64__)
#define SEMIHOSTING_CALL(number_, block_)                                                                              \
    __asm__ volatile("mov x0, %0\n mov x1, %1\n hlt #0xf000" ::"r"((long)(number_)), "r"(block_) : "x0", "x1", "memory")
#elif defined(__ARM_ARCH_PROFILE) && __ARM_ARCH_PROFILE == 'M'
#define SEMIHOSTING_CALL(number_, block_)                                                                              \
    __asm__ volatile("mov r0, %0\n mov r1, %1\n bkpt 0xab" ::"r"(number_), "r"(block_) : "r0", "r1", "memory")
#elif defined(__thumb__)
#define SEMIHOSTING_CALL(number_, block_)                                                                              \
    __asm__ volatile("mov r0, %0\n mov r1, %1\n .inst.n 0xbabc" ::"r"(number_), "r"(block_) : "r0", "r1", "memory")
#elif defined(__arm__)
#define SEMIHOSTING_CALL(number_, block_)                                                                              \
    __asm__ volatile("mov r0, %0\n mov r1, %1\n .inst 0xe10f0070" ::"r"(number_), "r"(block_) : "r0", "r1", "memory")
#else
#define SEMIHOSTING_CALL(number_, block_) ((void)(number_), (void)(block_))
#endif

static inline void semihosting_exit(int status)
{
    const long block[2] = {SEMIHOSTING_APPLICATION_EXIT, status};
    SEMIHOSTING_CALL(SEMIHOSTING_EXIT_EXTENDED, block);
}

#endif
