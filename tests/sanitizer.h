/*
 * Included before all else in the build of `make check-asan`. The programs clear or replace their
 * environment, so the sanitizers' options are part of them: each report becomes a file.
 */
#include "unconfined.h"

#include <sys/resource.h>

#define SANITIZER_TEXT_(path) #path
#define SANITIZER_TEXT(path) SANITIZER_TEXT_(path)

/*
 * Leaks are not looked for: that needs ptrace, which the programs forbid. Tests preload libraries,
 * which then come before the sanitizer's.
 */
const char *__asan_default_options(void);
__attribute__((weak, visibility("default"))) const char *__asan_default_options(void)
{
	return "detect_leaks=0:verify_asan_link_order=0:handle_sigill=1:log_path=" SANITIZER_TEXT(
		SANITIZER_LOG);
}

/*
 * The shadow of the memory needs terabytes of addresses. Tests stand in for setrlimit() themselves,
 * and their scripted helper has no sanitizer.
 */
#ifndef OF_TESTS
static inline int sanitizer_setrlimit(__rlimit_resource_t what, const struct rlimit *limit)
{
	return what == RLIMIT_AS || what == RLIMIT_DATA ? 0 : setrlimit(what, limit);
}
#undef setrlimit
#define setrlimit sanitizer_setrlimit
#endif
