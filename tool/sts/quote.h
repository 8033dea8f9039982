/* What a server said, made fit for a line that is shown on a terminal and logged. */
#ifndef AWS_MFA_STS_QUOTE_H
#define AWS_MFA_STS_QUOTE_H

#include <stddef.h>

/*
 * Copies at most size - 1 bytes of src: everything but printable ASCII becomes '?', and runs of
 * blanks become one.
 */
void quote(char *dst, size_t size, const char *src);

#endif
