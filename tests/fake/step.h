#ifndef FAKE_STEP_H
#define FAKE_STEP_H

/* Called before each access to what is shared. */
void fake_step(void);

#endif
