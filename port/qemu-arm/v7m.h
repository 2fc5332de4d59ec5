/* The registers of an ARMv7-M core that the kernel uses. */
#ifndef V7M_H
#define V7M_H

#include <stdint.h>

struct v7m_scb { /* system control block, at 0xe000ed00 */
    volatile uint32_t cpuid, icsr, vtor, aircr, scr, ccr;
    volatile uint8_t shpr[12]; /* priorities of exceptions 4 to 15 */
    volatile uint32_t shcsr, cfsr, hfsr, dfsr, mmfar, bfar, afsr;
    volatile uint32_t identification[18];
    volatile uint32_t cpacr;
};

struct v7m_mpu { /* at 0xe000ed90 */
    volatile uint32_t type, ctrl, rnr, rbar, rasr;
};

struct v7m_nvic { /* at 0xe000e100 */
    volatile uint32_t enable[32], disable[32], pend[32], unpend[32], active[64];
    volatile uint8_t priority[496];
};

#define SCB   ((struct v7m_scb *)0xe000ed00u)
#define MPU   ((struct v7m_mpu *)0xe000ed90u)
#define NVIC  ((struct v7m_nvic *)0xe000e100u)
#define DEMCR (*(volatile uint32_t *)0xe000edfcu)
#define FPCCR (*(volatile uint32_t *)0xe000ef34u)

#define ICSR_PENDSVSET (1u << 28)

#define SHCSR_SVCALLPENDED (1u << 15)
#define SHCSR_FAULTS       (7u << 16) /* MemManage, BusFault and UsageFault have handlers of their own */

#define CCR_USERSETMPEND (1u << 1) /* processes may cause interrupts by software */
#define CCR_DIV_0_TRP    (1u << 4)
#define CCR_STKALIGN     (1u << 9)

#define CFSR_IACCVIOL  (1u << 0)
#define CFSR_DACCVIOL  (1u << 1)
#define CFSR_MUNSTKERR (1u << 3)
#define CFSR_MSTKERR   (1u << 4)
#define CFSR_MLSPERR   (1u << 5)
#define CFSR_MMARVALID (1u << 7)
#define CFSR_MEMMANAGE 0x000000ffu
#define CFSR_STKERR    (1u << 12)
#define CFSR_UNSTKERR  (1u << 11)
#define CFSR_LSPERR    (1u << 13)
#define CFSR_BFARVALID (1u << 15)
#define CFSR_BUSFAULT  0x0000ff00u
#define CFSR_DIVBYZERO (1u << 25)

#define DEMCR_MON_EN (1u << 16)
#define FPCCR_LSPACT (1u << 0)

#define MPU_CTRL_ENABLE     (1u << 0)
#define MPU_CTRL_PRIVDEFENA (1u << 2) /* the kernel sees all memory */

#define MPU_RBAR_VALID        (1u << 4)
#define MPU_RASR_ENABLE       (1u << 0)
#define MPU_RASR_XN           (1u << 28)
#define MPU_RASR_RW           (3u << 24)                       /* read and write, by all */
#define MPU_RASR_RO           (6u << 24)                       /* read, by all */
#define MPU_RASR_NONE         (0u << 24)                       /* nothing, for the kernel neither */
#define MPU_RASR_PRIVILEGED   (5u << 24)                       /* read, by the kernel only */
#define MPU_RASR_PARTS(parts) (~(parts) << 8 & 0xff00u)        /* of the region's eighths, as bits; all unless told */
#define MPU_RASR_NORMAL       (1u << 19 | 1u << 17 | 1u << 16) /* normal memory, write back, write allocate */
#define MPU_RASR_DEVICE       (1u << 18 | 1u << 16)            /* a device's registers, shared */

/* The register frame that an exception pushes. */
enum { FRAME_R0, FRAME_R1, FRAME_R2, FRAME_R3, FRAME_R12, FRAME_LR, FRAME_PC, FRAME_XPSR, FRAME_WORDS };

#define XPSR_THUMB        (1u << 24)
#define EXC_RETURN_THREAD 0xfffffffdu /* to a thread, process stack, frame without floating point */

#endif
