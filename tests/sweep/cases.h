/* Shorthands for the tables of cases. The messages of the setup are 1 and up, those of the actions 11 and up. */
#ifndef SWEEP_CASES_H
#define SWEEP_CASES_H

#include "sweep.h"

#define FOREVER COOP_FOREVER
#define ALL     (COOP_EVENT_ALL)
#define CLEAR   (COOP_EVENT_CLEAR)

/* One message in the queue, or three: a full one. Leases of the victim, or of others. */
#define ONE                                                                                                            \
    {                                                                                                                  \
        OBSERVER,                                                                                                      \
        {                                                                                                              \
            PUT, 1                                                                                                     \
        }                                                                                                              \
    }
#define FULL                                                                                                           \
    {OBSERVER, {PUT, 1}}, {OBSERVER, {PUT, 2}},                                                                        \
    {                                                                                                                  \
        OBSERVER,                                                                                                      \
        {                                                                                                              \
            PUT, 3                                                                                                     \
        }                                                                                                              \
    }
#define TAKEN                                                                                                          \
    {                                                                                                                  \
        VICTIM,                                                                                                        \
        {                                                                                                              \
            TAKE                                                                                                       \
        }                                                                                                              \
    }

#endif
