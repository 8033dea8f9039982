#include "login_also.h"

#include "record.h"
#include "several.h"

#include <sys/wait.h>
#include <unistd.h>

/* Threat: a file server that hangs holds this process for ever. */
#define LONGEST_S 120

/* In the process of its own. Closes the socket of the module first: it waits for its end. */
_Noreturn static void share(const struct refresh *r, const char *const options[N_SETTINGS])
{
	struct several s = {.mode = r->mode, .options = options};
	struct error e;

	close(RECORD_FD);
	close(r->exchange.process.peer.reader.fd);
	setsid();
	alarm(LONGEST_S);
	if (several_add(&s, NULL, &e) == STATUS_OK)
		several_share(&s, r);
	several_free(&s);
	_exit(0);
}

void login_also(const struct refresh *r, const char *const options[N_SETTINGS])
{
	pid_t child;

	if (r->settings.value[SETTING_ASSUME_ROLE] || !several_has_also(&r->settings))
		return;
	/* A child of a child belongs to nobody here: the module ends this process, not that one. */
	child = fork();
	if (child == 0) {
		if (fork() == 0)
			share(r, options);
		_exit(0);
	}
	if (child > 0)
		waitpid(child, NULL, 0);
}
