/*
 * Does this machine, or the limits a caller put on us, lack what a connection needs? libcurl and
 * the resolver hide that behind "could not resolve" and "could not connect".
 */
#ifndef AWS_MFA_STS_LACK_H
#define AWS_MFA_STS_LACK_H

#include <stdbool.h>

/* Not even a few more descriptors can be opened: EMFILE, ENFILE, ENOBUFS, ... */
bool lack_of_descriptors(void);

/*
 * No local port of TCP or UDP is left: ip(7), ip_local_port_range.
 * Threat: anybody on this machine may take all of them.
 */
bool lack_of_ports(void);

/* No thread can be started, and the resolver needs one: EAGAIN. */
bool lack_of_threads(void);

#endif
