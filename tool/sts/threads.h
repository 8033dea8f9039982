/* The resolver's thread, which libcurl starts and which waits for DNS in our stead. */
#ifndef AWS_MFA_STS_THREADS_H
#define AWS_MFA_STS_THREADS_H

#include <stdbool.h>

/*
 * True when a thread of this process other than the caller's does not wait of its own accord
 * (state S of proc(5)), or stands in another control group, where it can be frozen alone; or when
 * this cannot be found out.
 */
bool threads_are_held_up(void);

#endif
