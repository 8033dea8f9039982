#include "preferred.h"

#include "profiles.h"
#include "text/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Every SDK prefers these keys to a session in the credentials file (botocore: credentials.py,
 * create_credential_resolver()).
 */
static const char *const by_every[] = {"role_arn", "web_identity_token_file", "sso_session",
	"sso_start_url", "sso_account_id", "sso_role_name"};

/*
 * Two SDKs also prefer these keys: Java 2.x (ProfileCredentialsUtils.java) and Rust (aws-config,
 * profile/credentials/repr.rs, base_provider()). botocore and the SDKs for Go v2 and JavaScript v3
 * use the session.
 */
static const char *const by_some[] = {"login_session", "credential_process"};

#define TO_ANOTHER_PROFILE "remove it, or move it to a profile of its own"
#define BY_HAND ". By hand, --short-term-suffix WORD uses another section"

enum {
	ROLE_ARN = 0, /* in by_every */
	N_EVERY = sizeof(by_every) / sizeof(by_every[0]),
	N_SOME = sizeof(by_some) / sizeof(by_some[0])
};

static void report_every(const struct settings *s, const struct ini *in,
	const struct ini_line *header, size_t which, preferred_fn *found, void *arg)
{
	const struct ini_line *l = ini_key(in, header, by_every[which], strlen(by_every[which]));
	const struct ini_line *from =
		ini_key(in, header, "source_profile", strlen("source_profile"));
	char *source = l && from && which == ROLE_ARN ? ini_value(in, from).data : NULL;
	char words[1000] = TO_ANOTHER_PROFILE;
	struct error e;

	if (!l)
		return;
	/* A login has no options, so say what the file must have. */
	if (source)
		snprintf(words, sizeof(words),
			"refresh profile %.256s instead (a login: profile=%.256s) and remove "
			"mfa_serial here, so that AWS tools assume the role from that session",
			source, source);
	else if (which == ROLE_ARN)
		snprintf(words, sizeof(words),
			"move it to a profile of its own that has source_profile = %.256s, so that "
			"AWS tools assume the role from this session",
			s->session);
	error_set(&e, STATUS_CONFIG,
		"%s:%zu: profile %s has %s, which AWS tools prefer to a session in [%s]; "
		"%s" BY_HAND,
		in->path, ini_line_number(in, l), s->session, by_every[which], s->session, words);
	free(source);
	found(arg, true, &e);
}

static void report_some(const struct settings *s, const struct ini *in,
	const struct ini_line *header, size_t which, preferred_fn *found, void *arg)
{
	const struct ini_line *l = ini_key(in, header, by_some[which], strlen(by_some[which]));
	struct error e;

	if (!l)
		return;
	error_set(&e, STATUS_CONFIG,
		"%s:%zu: profile %s has %s, which the AWS SDKs for Java and Rust prefer to "
		"a session in [%s]; " TO_ANOTHER_PROFILE BY_HAND,
		in->path, ini_line_number(in, l), s->session, by_some[which], s->session);
	found(arg, false, &e);
}

void preferred_report(const struct settings *s, preferred_fn *found, void *arg)
{
	const struct ini *const in[] = {&s->credentials, &s->config};
	const struct ini_line *const header[] = {
		ini_section(&s->credentials, s->session, strlen(s->session)),
		profiles_section(&s->config, SECTION_PROFILE, s->session)};

	for (size_t i = 0; i < 2; i++) {
		for (size_t k = 0; header[i] && k < N_EVERY; k++)
			report_every(s, in[i], header[i], k, found, arg);
		for (size_t k = 0; header[i] && k < N_SOME; k++)
			report_some(s, in[i], header[i], k, found, arg);
	}
}

/* The first keys of the two kinds. */
struct first {
	struct error every, some;
};

static void note_first(void *arg, bool every, const struct error *e)
{
	struct first *first = arg;
	struct error *to = every ? &first->every : &first->some;

	if (to->status == STATUS_OK)
		*to = *e;
}

enum status preferred_check(const struct settings *s, struct error *e)
{
	struct first first = {.every = {.status = STATUS_OK}, .some = {.status = STATUS_OK}};

	preferred_report(s, note_first, &first);
	if (first.every.status != STATUS_OK) {
		*e = first.every;
		return e->status;
	}
	if (first.some.status != STATUS_OK)
		log_warning("%s", first.some.text);
	return STATUS_OK;
}
