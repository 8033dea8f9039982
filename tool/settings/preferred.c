#include "preferred.h"

#include "files.h"
#include "hint.h"
#include "profiles.h"
#include "text/log.h"
#include "text/shell.h"

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

/*
 * Returns the profile with the session from which AWS tools assume the role of s->session: the
 * first source_profile that has no role. It is s->session itself without a source. *serial is the
 * first mfa_serial on the way, "PATH:LINE: mfa_serial", or NULL. The caller frees both.
 */
static char *session_of_role(const struct settings *s, char **serial)
{
	char *name = strdup(s->session);

	*serial = NULL;
	for (int i = 0; name && i < PROFILE_STEPS_MAX; i++) {
		char *role = settings_of_profile(s, name, "role_arn", NULL);
		char *next = role ? settings_of_profile(s, name, "source_profile", NULL) : NULL;

		free(role);
		if (!next)
			break;
		if (!*serial)
			free(settings_of_profile(s, name, "mfa_serial", serial));
		free(name);
		name = next;
	}
	return name;
}

/* What is to be done about role_arn. A login has no options, so say what the file must have. */
static void advise_on_role(const struct settings *s, char *words, size_t size)
{
	char *serial, *source = session_of_role(s, &serial);
	char named[SHELL_PROFILE_SIZE];
	struct error e;

	if (!source || strcmp(source, s->session) == 0) {
		snprintf(words, size,
			"move it to a profile of its own that has source_profile = %.256s, so that "
			"AWS tools assume the role from this session",
			s->session);
	} else if (hint_needs_none(s, source, &e)) {
		snprintf(words, size,
			"AWS tools assume the role by themselves and need no session here");
	} else {
		if (serial)
			serial[strlen(serial) - strlen(": mfa_serial")] = '\0';
		snprintf(words, size,
			"%s%.400s%srun aws-mfa %s instead (a login: profile=%.256s): AWS "
			"tools assume the role from its session",
			serial ? "remove mfa_serial (" : "", serial ? serial : "",
			serial ? "), so that no tool asks for a code itself, and " : "",
			shell_profile(source, named), source);
	}
	free(serial);
	free(source);
}

static void report_every(const struct settings *s, const struct ini *in, const struct ini_line *l,
	size_t which, preferred_fn *found, void *arg)
{
	char words[1000] = TO_ANOTHER_PROFILE;
	struct error e;

	if (which == ROLE_ARN)
		advise_on_role(s, words, sizeof(words));
	error_set(&e, STATUS_CONFIG,
		"%s:%zu: profile %s has %s, which AWS tools prefer to a session in [%s]; "
		"%s" BY_HAND,
		in->path, ini_line_number(in, l), s->session, by_every[which], s->session, words);
	found(arg, true, &e);
}

static void report_some(const struct settings *s, const struct ini *in, const struct ini_line *l,
	size_t which, preferred_fn *found, void *arg)
{
	struct error e;

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
		const struct ini_line *l;

		for (size_t k = 0; header[i] && k < N_EVERY; k++)
			if ((l = ini_key(in[i], header[i], by_every[k], strlen(by_every[k]))))
				report_every(s, in[i], l, k, found, arg);
		for (size_t k = 0; header[i] && k < N_SOME; k++)
			if ((l = ini_key(in[i], header[i], by_some[k], strlen(by_some[k]))))
				report_some(s, in[i], l, k, found, arg);
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
