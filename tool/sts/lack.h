/*
 * Is something missing here that a connection needs? The machine may have run out of it, or the
 * caller may have set a low limit. libcurl and the resolver then only say "could not resolve" or
 * "could not connect".
 */
#ifndef AWS_MFA_STS_LACK_H
#define AWS_MFA_STS_LACK_H

#include <stdbool.h>

/* True if not even a few more descriptors can be opened: EMFILE, ENFILE, ENOBUFS, ... */
bool lack_of_descriptors(void);

/*
 * True if no local port of TCP or UDP is left: ip(7), ip_local_port_range. Threat: any user of this
 * machine can take all ports.
 */
bool lack_of_ports(void);

/* True if no thread can be started (EAGAIN). The resolver needs one. */
bool lack_of_threads(void);

#endif
