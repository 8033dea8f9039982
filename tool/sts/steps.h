/* The steps that make a new connection, and how long they took. */
#ifndef AWS_MFA_STS_STEPS_H
#define AWS_MFA_STS_STEPS_H

#include <stdint.h>

struct steps {
	int done; /* 0 to 3: DNS, TCP, TLS; -1: the connection was there already */
	int64_t dns_us, tcp_us, tls_us; /* microseconds; 0: not known */
};

#endif
