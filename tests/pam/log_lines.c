#undef _FORTIFY_SOURCE /* its inline functions would be in the way */
#include "log_lines.h"

#include <stdarg.h>
#include <syslog.h>

FILE *log_lines;

/* Functions of glibc, with and without _FORTIFY_SOURCE. */
void __syslog_chk(int priority, int flag, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void __vsyslog_chk(int priority, int flag, const char *format, va_list ap)
	__attribute__((format(printf, 3, 0)));

__attribute__((format(printf, 2, 0))) void vsyslog(int priority, const char *format, va_list ap)
{
	static const char *const levels[] = {
		"emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"};

	if (!log_lines)
		return;
	flockfile(log_lines);
	fprintf(log_lines, "log %s: ", levels[priority & LOG_PRIMASK]);
	vfprintf(log_lines, format, ap);
	fprintf(log_lines, "\n");
	funlockfile(log_lines);
}

void syslog(int priority, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsyslog(priority, format, ap);
	va_end(ap);
}

void __vsyslog_chk(int priority, int flag, const char *format, va_list ap)
{
	(void)flag;
	vsyslog(priority, format, ap);
}

void __syslog_chk(int priority, int flag, const char *format, ...)
{
	va_list ap;

	(void)flag;
	va_start(ap, format);
	vsyslog(priority, format, ap);
	va_end(ap);
}
