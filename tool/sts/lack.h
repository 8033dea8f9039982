/*
 * Does this machine, or a limit that the caller set, lack what a connection needs? libcurl and the
 * resolver only say "could not resolve" or "could not connect" then.
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
