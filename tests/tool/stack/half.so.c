/* stub.so without the functions that an application calls second. */
#define HALF
#include "stub.so.c"
