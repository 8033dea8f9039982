/*
 * Included before all else in the build of `make check-asan`. The programs clear or replace their
 * environment, so the sanitizers' options are part of them: each report becomes a file.
 */
#include <sys/resource.h>

#define SANITIZER_TEXT_(path) #path
#define SANITIZER_TEXT(path) SANITIZER_TEXT_(path)
#define SANITIZER_OPTIONS                                                                          \
	__attribute__((weak, visibility("default"), no_sanitize("address", "undefined")))

/*
 * Leaks are not looked for: that needs ptrace, which the programs forbid. PAM applications that
 * are not ours load the sanitizer late, with the module.
 */
const char *__asan_default_options(void);
SANITIZER_OPTIONS const char *__asan_default_options(void)
{
	return "detect_leaks=0:verify_asan_link_order=0:log_path=" SANITIZER_TEXT(SANITIZER_LOG);
}

const char *__ubsan_default_options(void);
SANITIZER_OPTIONS const char *__ubsan_default_options(void)
{
	return "print_stacktrace=1:log_path=" SANITIZER_TEXT(SANITIZER_LOG);
}

/* The shadow of memory needs terabytes of addresses. Tests stand in for setrlimit() themselves. */
#ifndef SANITIZER_OF_TEST
static inline int sanitizer_setrlimit(__rlimit_resource_t what, const struct rlimit *limit)
{
	return what == RLIMIT_AS || what == RLIMIT_DATA ? 0 : setrlimit(what, limit);
}
#define setrlimit sanitizer_setrlimit
#endif
