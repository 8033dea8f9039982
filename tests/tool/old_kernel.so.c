/* For LD_PRELOAD: syscall(), as Linux before 5.6 answers it. */
#include "compat.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <unistd.h>

long syscall(long number, ...)
{
	__typeof__(&syscall) next = (__typeof__(&syscall))(uintptr_t)dlsym(RTLD_NEXT, "syscall");
	long a[6];
	va_list ap;

	if (number == SYS_close_range || number == SYS_openat2) {
		errno = ENOSYS;
		return -1;
	}
	va_start(ap, number);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(ap, long);
	va_end(ap);
	return next(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
