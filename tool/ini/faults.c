#include "faults.h"

#include "file/hash.h"
#include "text/log.h"

#include <stdarg.h>
#include <stdio.h>

void faults_note(void *arg, enum ini_fault fault, const char *path, size_t line, const char *what)
{
	struct faults *f = arg;
	struct fault *to[2] = {f->n < FAULTS_TOLD ? &f->told[f->n] : NULL,
		fault == INI_UNREADABLE && f->unreadable.line == 0 ? &f->unreadable : NULL};

	(void)path;
	for (size_t i = 0; i < 2; i++) {
		if (!to[i])
			continue;
		to[i]->line = line;
		snprintf(to[i]->what, sizeof(to[i]->what), "%s", what);
	}
	f->n++;
}

void faults_tell(const char *fmt, ...)
{
	static uint64_t told[16];
	static size_t n;
	char text[2048];
	uint64_t hash;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	hash = hash_text(text);
	for (size_t i = 0; i < n && !log_is_taken(); i++)
		if (told[i] == hash)
			return;
	if (n < sizeof(told) / sizeof(told[0]) && !log_is_taken())
		told[n++] = hash;
	log_warning("%s", text);
}

void faults_warn(const struct faults *f, const char *path)
{
	for (size_t i = 0; i < f->n && i < FAULTS_TOLD; i++)
		faults_tell("%s:%zu: %s", path, f->told[i].line, f->told[i].what);
	if (f->n > FAULTS_TOLD)
		faults_tell("%s: %zu more fault%s; fix the first ones, then look again", path,
			f->n - FAULTS_TOLD, f->n - FAULTS_TOLD == 1 ? "" : "s");
}
