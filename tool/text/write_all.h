/* write(2) of all there is. */
#ifndef AWS_MFA_WRITE_ALL_H
#define AWS_MFA_WRITE_ALL_H

#include <stdbool.h>
#include <stddef.h>

/* Writes all of data at the descriptor's offset. False and errno on failure. */
bool write_all(int fd, const char *data, size_t size);

#endif
