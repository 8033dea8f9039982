/*
 * Included before all else in the build of `make coverage`: a program that ends with _exit() writes
 * down what ran, too.
 */
#include "unconfined.h"

#ifndef OF_TESTS
#include <unistd.h>

void __gcov_dump(void);
#define _exit(status) (__gcov_dump(), _exit(status))
#endif
