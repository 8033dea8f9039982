/* write(2) until all bytes are written. */
#ifndef AWS_MFA_WRITE_ALL_H
#define AWS_MFA_WRITE_ALL_H

#include <stdbool.h>
#include <stddef.h>

/* Writes size bytes at the descriptor's offset. False and errno on failure. */
bool write_all(int fd, const char *data, size_t size);

#endif
