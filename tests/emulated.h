/* What an emulator of another processor cannot do: see RUNNER in tests/run.py. */
#ifndef TESTS_EMULATED_H
#define TESTS_EMULATED_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

/* Skips the test if it runs under an emulator, which does not do this. */
static inline void skip_if_emulated(const char *this)
{
	if (!getenv("RUNNER"))
		return;
	print_message("# an emulator does not %s\n", this);
	skip();
}

#endif
