/* The resolver's thread: libcurl starts it, and it waits for DNS. */
#ifndef AWS_MFA_STS_THREADS_H
#define AWS_MFA_STS_THREADS_H

#include <stdbool.h>

/*
 * True if another thread of this process may be held up:
 * - It is not waiting by itself (state S of proc(5)).
 * - It is in another control group, which can be frozen alone.
 * - Its state or its group is unknown.
 */
bool threads_are_held_up(void);

#endif
