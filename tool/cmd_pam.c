/*
 * aws-mfa pam: the PAM module runs it, as the user, with a new environment. It never asks the user
 * itself. It receives the code as a record and sends the result as a record.
 */
#include "command.h"
#include "conversation.h"
#include "file/read.h"
#include "login_also.h"

enum { ALWAYS = OPTION_OWN, NOTIFY };

/*
 * Threat: a program keeps a file open for writing until the time of the module is over. Then the
 * user is never asked. Wait two fifths of the time for each file: 8 of the usual 20 s.
 */
static void bound_waiting(const struct command_line *line)
{
	const char *seconds = line->option[SETTING_TIMEOUT];
	int64_t n = seconds ? record_number(seconds) : -1;

	if (n >= 0)
		file_wait_at_most(n * 400);
}

struct pam_login {
	struct refresh r;
	const char *const *options;
};

static enum status try_code(void *arg, const char *code, struct tried *tried, struct error *e)
{
	struct pam_login *login = arg;
	struct refresh *r = &login->r;
	enum status rc = refresh_finish(r, code, e);

	/* Now: the module ends this process as soon as it has the verdict. */
	if (rc == STATUS_OK)
		login_also(r, login->options);
	*tried = (struct tried){r->exchange.process.request_id, r->key_id, r->expiration};
	return rc;
}

/* renew_before says when to renew. A session that ends sooner is valid all the same. */
static bool is_still_valid(const struct refresh *r)
{
	time_t expiration;

	return session_check(&r->settings.credentials, r->settings.session,
		       r->settings.value[SETTING_ASSUME_ROLE], SESSION_LEAST, time(NULL),
		       &expiration) == SESSION_VALID;
}

static enum status refuse(const struct error *e)
{
	struct conversation c;

	if (!conversation_is_possible("pam"))
		return STATUS_USAGE;
	conversation_begin(&c, LOGIN_STARTED);
	conversation_tell_result(&c, e->status,
		e->status == STATUS_USAGE
			? "the module and aws-mfa are of different versions; install the same version of both"
			: e->text);
	return e->status;
}

static enum status run(const struct command_line *line)
{
	struct pam_login login = {.r = {.mode = line->option[ALWAYS] ? MODE_ALWAYS : MODE_LOGIN},
		.options = line->option};
	struct refresh *r = &login.r;
	struct conversation c;
	struct error e = {0};
	enum status rc;

	if (!conversation_is_possible("pam"))
		return STATUS_USAGE;
	conversation_begin(&c, line->option[NOTIFY] ? LOGIN_NOTIFIED : LOGIN_STARTED);
	bound_waiting(line);
	rc = refresh_load(r, line->option, &e);
	conversation_tell_account(&c, &r->settings);
	if (line->option[NOTIFY]) {
		if (rc == STATUS_OK && is_still_valid(r))
			rc = STATUS_VALID;
		conversation_tell_until(&c, r->expiration);
		conversation_tell_result(&c, rc == STATUS_OK ? STATUS_NO_SESSION : rc, e.text);
	} else if (rc == STATUS_VALID) {
		conversation_tell_result(&c, rc, "");
	} else {
		if (rc == STATUS_OK)
			rc = refresh_start(r, &e);
		if (rc == STATUS_OK)
			conversation_ask(&c, try_code, &login);
		else
			conversation_tell_result(&c, rc, e.text);
	}
	conversation_end(&c);
	refresh_free(r);
	return STATUS_OK;
}

static const struct option options[] = {
	{.names = {"--always"}, .help = "ask for a code even while a session is valid"},
	{.names = {"--notify"}, .help = "ask nothing, report the state of the session"},
};

const struct command cmd_pam = {
	.name = "pam",
	.run = run,
	.refuse = refuse,
	.summary = "for pam_aws_mfa.so only",
	.help = "For pam_aws_mfa.so only. It exchanges records with the module over a socket.",
	.settings = SETTING_BIT(SETTING_PROFILE) | SETTING_BIT(SETTING_TIMEOUT),
	.own = options,
	.n_own = sizeof(options) / sizeof(options[0]),
	.hidden = true,
};
