/* stub.so without the functions that an application calls second. */
#define HALF
#include "stub.so.c" /* NOLINT(bugprone-suspicious-include): it is the same, but for that */
