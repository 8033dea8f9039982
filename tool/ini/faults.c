#include "faults.h"

#include "text/log.h"

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

void faults_warn(const struct faults *f, const char *path)
{
	for (size_t i = 0; i < f->n && i < FAULTS_TOLD; i++)
		log_warning("%s:%zu: %s", path, f->told[i].line, f->told[i].what);
	if (f->n > FAULTS_TOLD)
		log_warning("%s: %zu more faults; fix the first ones, then look again", path,
			f->n - FAULTS_TOLD);
}
