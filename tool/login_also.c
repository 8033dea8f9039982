#include "login_also.h"

#include "clean.h"
#include "record.h"
#include "several.h"

#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

/* Threat: a file server that hangs holds this process for ever. */
#define LONGEST_S 120

/* Threat: a value with a blank adds a field to the line. */
static void log_failure(const struct refresh *r, const char *name, const struct error *e)
{
	char key_id[sizeof(r->key_id)], profile[256], reason[sizeof(e->text)];

	clean_word(key_id, sizeof(key_id), r->key_id);
	clean_word(profile, sizeof(profile), name);
	clean_text(reason, sizeof(reason), e->text);
	syslog(LOG_WARNING, "key-id=%s profile=%s result=not-shared reason=\"%s\"", key_id, profile,
		reason);
}

static void share_all(struct several *s, const struct refresh *r)
{
	several_share(s, r);
	for (size_t i = 0; i < s->n; i++)
		if (several_failed(s->profiles[i]))
			log_failure(r, s->profiles[i]->name, &s->profiles[i]->e);
}

/* In the process of its own. Closes the socket of the module first: it waits for its end. */
_Noreturn static void share(const struct refresh *r, const char *const options[N_SETTINGS])
{
	struct several s = {.mode = r->mode, .options = options};
	struct error e;

	close(RECORD_FD);
	close(r->exchange.process.peer.reader.fd);
	setsid();
	alarm(LONGEST_S);
	openlog("aws-mfa", LOG_PID, LOG_AUTHPRIV);
	if (several_add(&s, NULL, &e) == STATUS_OK)
		share_all(&s, r);
	else
		log_failure(r, r->settings.value[SETTING_PROFILE], &e);
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
