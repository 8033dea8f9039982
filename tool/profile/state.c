#include "state.h"

#include "credentials/session.h"
#include "iso_time.h"
#include "keys.h"
#include "pasted.h"
#include "settings/files.h"
#include "settings/hint.h"
#include "settings/suffix.h"
#include "settings/value.h"
#include "text/log.h"

#include <stdlib.h>
#include <string.h>

/* What is known of a profile while it is looked at. */
struct look {
	struct sections profile; /* its own */
	struct sections session; /* of the profile that has the session for AWS tools */
	char session_name[SECTION_SIZE];
	struct profile_keys keys;
};

/* From the sources of a refresh, in their order: settings.h. */
static char *personal(const struct profile_files *f, const struct look *look, enum setting id,
	enum section_key first, enum section_key second)
{
	const struct section *parts[] = {
		&look->keys.lines, &look->profile.part[CREDENTIALS], &look->profile.part[CONFIG]};
	const char *given = f->settings.value[id];
	enum origin origin = f->settings.origin[id];
	char *text = NULL;

	if (given && (origin == ORIGIN_OPTION || origin == ORIGIN_ENVIRONMENT))
		return strdup(given);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]) && !text; i++) {
		text = section_value(parts[i], first);
		if (!text)
			text = section_value(parts[i], second);
	}
	return text || !given ? text : strdup(given);
}

/* How AWS tools get the credentials instead of from a session; NULL if they do not. */
static const char *elsewhere(const struct sections *p, bool in_spite_of_a_session)
{
	static const struct {
		enum section_key key;
		bool first; /* every SDK prefers it to a session: preferred.c */
		const char *how;
	} ways[] = {
		{WEB_IDENTITY, true, "web identity"},
		{SSO_SESSION, true, "sso"},
		{SSO_START_URL, true, "sso"},
		{SSO_ACCOUNT_ID, true, "sso"},
		{SSO_ROLE_NAME, true, "sso"},
		{CREDENTIAL_SOURCE, false, "credential_source"},
		{LOGIN_SESSION, false, "aws login"},
		{CREDENTIAL_PROCESS, false, "credential_process"},
	};

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		if ((ways[i].first || !in_spite_of_a_session) && sections_have(p, ways[i].key))
			return ways[i].how;
	return NULL;
}

static enum profile_session grade(const struct profile_state *p)
{
	if (p->expiration - p->now < p->least)
		return PROFILE_EXPIRED;
	return p->expiration - p->now < PROFILE_SOON ? PROFILE_EXPIRING : PROFILE_VALID;
}

static bool has_token(const struct section *s)
{
	char *token = section_value(s, SESSION_TOKEN);

	free(token);
	return token;
}

/* `aws configure mfa-login` and others leave it behind. botocore prefers it to the session's. */
static bool has_old_token(const struct section *s)
{
	char *token = section_value(s, SESSION_TOKEN), *old = section_value(s, SECURITY_TOKEN);
	bool differs = token && old && strcmp(token, old) != 0;

	free(token);
	free(old);
	return differs;
}

/* Why a session that stands there does not count; NULL if there is none. */
static const char *fault_of_session(const struct section *own, enum session_state state)
{
	char *end = section_value(own, EXPIRATION);
	const char *why = NULL;

	if (has_old_token(own))
		why = "an old aws_security_token goes before the session";
	else if (state == SESSION_OTHER_ROLE)
		why = "the session is of another role";
	else if (has_token(own))
		why = end && iso_time_from_file(end) < 0
			? "its expiration cannot be read"
			: "the session is incomplete: a key is missing or does not fit";
	free(end);
	return why;
}

/*
 * The section from which AWS tools take the keys: the config file comes last (botocore:
 * credentials.py, SharedCredentialProvider and ConfigProvider).
 */
static const struct section *section_of_keys(
	const struct look *look, const struct profile_state *p, const char *how)
{
	const struct section *part = look->session.part;

	return part[CREDENTIALS].key[ACCESS_KEY_ID] || how || p->refreshable ? &part[CREDENTIALS]
									     : &part[CONFIG];
}

/* There is no session that a refresh would keep. What is there instead? */
static void look_for_other(struct look *look, enum session_state state, struct profile_state *p)
{
	const struct section *own = &look->session.part[CREDENTIALS];
	/* AWS tools assume the role from what the source has. */
	const char *how = elsewhere(p->by_tools ? &look->keys.end : &look->session, false);
	const struct section *keys = section_of_keys(look, p, how);

	p->session = PROFILE_ELSEWHERE;
	p->why = how;
	if (p->by_tools && look->keys.source_is_static) {
		p->why = "a role of static keys";
	} else if (p->by_tools && look->keys.source_is_other && !p->refreshable) {
		p->why = "a role of another session";
	} else if (!p->by_tools && section_has_static_keys(keys)) {
		p->session = PROFILE_STATIC;
		if (!p->keys && own->ini)
			p->keys = strdup(look->session_name);
	} else if (!how || p->refreshable) {
		p->why = fault_of_session(own, state);
		if (p->refreshable || p->by_tools || own->key[ASSUMED_ROLE] || !has_token(keys))
			p->session = PROFILE_ABSENT;
		else
			p->why = has_old_token(keys)
				? "another session. Remove its old aws_security_token"
				: "another session";
	}
}

static void judge(const struct profile_files *f, struct look *look, struct profile_state *p)
{
	enum session_state state = SESSION_ABSENT;
	time_t expiration = 0;

	p->why = elsewhere(&look->session, true);
	if (p->why) {
		p->session = PROFILE_ELSEWHERE;
		return;
	}
	if (look->session.part[CREDENTIALS].ini)
		state = session_check(&f->settings.credentials, look->session_name, p->role,
			p->least, f->now, &expiration);
	if (state == SESSION_OTHER_ROLE && !p->role && !p->refreshable) {
		/* A login of keystore mode has stored it: no refresh would want another role. */
		p->role = section_value(&look->session.part[CREDENTIALS], ASSUMED_ROLE_ARN);
		state = SESSION_VALID;
	}
	p->by_tools = sections_have(&look->session, ROLE_ARN) &&
		sections_have(&look->session, SOURCE_PROFILE);
	if (state != SESSION_VALID && p->by_tools && look->keys.source_expiration) {
		p->expiration = look->keys.source_expiration;
		p->session = grade(p);
		return;
	}
	p->access_key_id = sections_value(&look->session, ACCESS_KEY_ID);
	if (state == SESSION_VALID || state == SESSION_EXPIRED) {
		p->expiration = expiration;
		p->session = grade(p);
	} else {
		look_for_other(look, state, p);
	}
}

/* The account of an ARN. The caller frees it. */
static char *account_in(const char *arn)
{
	const char *account = arn ? value_account(arn) : NULL;

	return account ? strndup(account, 12) : NULL;
}

/* An account is twelve digits: programs rely on it. */
static char *written_account(const struct look *look, enum section_key k)
{
	char *text = section_value(&look->keys.lines, k);

	if (!text)
		text = sections_value(&look->profile, k);
	if (text && (strlen(text) != 12 || strspn(text, "0123456789") != 12)) {
		free(text);
		text = NULL;
	}
	return text;
}

static void take_account(const struct look *look, struct profile_state *p)
{
	p->account = account_in(p->role);
	if (!p->account)
		p->account = written_account(look, ACCOUNT_ID);
	if (!p->account)
		p->account = account_in(p->device);
	if (!p->account)
		p->account = written_account(look, SSO_ACCOUNT_ID);
}

static enum status take_least(const struct profile_files *f, const struct look *look,
	struct profile_state *p, struct error *e)
{
	char *text = personal(f, look, SETTING_RENEW_BEFORE, RENEW_BEFORE, RENEW_BEFORE);
	const char *expected = text ? value_renew_before(text, &p->least) : NULL;
	enum status rc = expected
		? error_set(e, STATUS_CONFIG, "renew_before of profile %s: '%.200s': %s", p->name,
			  pasted_hide(text), expected)
		: STATUS_OK;

	free(text);
	return rc;
}

/* Moves what was found about the keys to *p. */
static void take_keys(struct look *look, struct profile_state *p)
{
	p->keys = look->keys.section;
	look->keys.section = NULL;
	p->refreshable = p->keys;
	p->from_source = look->keys.from_source;
	if (p->device)
		return;
	p->device = look->keys.device;
	look->keys.device = NULL;
}

static enum status look_at(
	const struct profile_files *f, struct look *look, struct profile_state *p, struct error *e)
{
	enum status rc;

	profile_section_name(look->session_name, p->name, strlen(p->name),
		f->settings.value[SETTING_SHORT_TERM_SUFFIX]);
	sections_read(f, p->name, &look->profile);
	look->session = look->profile;
	if (strcmp(look->session_name, p->name) != 0)
		sections_read(f, look->session_name, &look->session);
	profile_keys_find(f, p->name, &look->profile, &look->keys);
	p->source = sections_value(&look->profile, SOURCE_PROFILE);
	p->role = personal(f, look, SETTING_ASSUME_ROLE, ASSUME_ROLE, ROLE_ARN);
	p->device = personal(f, look, SETTING_DEVICE, DEVICE, MFA_SERIAL);
	p->region = personal(f, look, SETTING_REGION, REGION, REGION);
	take_keys(look, p);
	rc = take_least(f, look, p, e);
	if (rc == STATUS_OK) {
		judge(f, look, p);
		take_account(look, p);
	}
	profile_keys_free(&look->keys);
	return rc;
}

static void drop(void *arg, enum log_level level, const char *text)
{
	(void)arg;
	(void)level;
	(void)text;
}

/* hint_no_keys() says whether there is really none, and what the user may mean. */
static enum status unknown(struct profile_files *f, const char *name, struct error *e)
{
	struct settings *s = &f->settings;
	char command[COMMAND_SIZE];
	enum status rc;

	settings_drop(s, SETTING_PROFILE);
	rc = settings_take(s, SETTING_PROFILE, strdup(name), strdup("NAME"), ORIGIN_OPTION, e);
	free(s->long_term);
	s->long_term = suffix_add(name, s->value[SETTING_LONG_TERM_SUFFIX]);
	if (rc != STATUS_OK || !s->long_term)
		return error_system(e, name);
	if (!S_ISREG(s->credentials_stat.st_mode))
		return error_set(e, STATUS_NOT_SET_UP,
			"there is no profile %s, nor a file %s; run: %s", name, s->credentials.path,
			settings_setup_command(s, command));
	/* profile_files_open() has printed the warnings. */
	log_take(drop, NULL);
	rc = hint_no_keys(s, e);
	log_take(NULL, NULL);
	return rc;
}

/* [NAME-long-term] is the section of a profile, not a profile. */
static bool is_section_of_keys(const struct settings *s, const char *name)
{
	size_t len = strlen(name);

	return suffix_cut(name, len, s->value[SETTING_LONG_TERM_SUFFIX]) < len;
}

enum status profile_state_read(
	struct profile_files *f, const char *name, struct profile_state *p, struct error *e)
{
	struct look look;
	enum status rc;

	*p = (struct profile_state){.name = strdup(name),
		.now = f->now,
		.file = f->settings.value[SETTING_CREDENTIALS_FILE]};
	if (!p->name)
		return error_system(e, name);
	rc = look_at(f, &look, p, e);
	if (rc != STATUS_OK)
		return rc;
	if (p->session == PROFILE_STATIC && !p->refreshable &&
		is_section_of_keys(&f->settings, name))
		return unknown(f, name, e);
	if (!p->keys && !look.profile.part[CREDENTIALS].ini && !look.profile.part[CONFIG].ini &&
		!look.session.part[CREDENTIALS].ini)
		return unknown(f, name, e);
	return STATUS_OK;
}

static char *variable(const char *name)
{
	const char *text = getenv(name);

	return text && *text ? strdup(text) : NULL;
}

bool profile_state_of_shell(struct profile_state *p, time_t now)
{
	char *end = variable("AWS_CREDENTIAL_EXPIRATION");

	*p = (struct profile_state){
		.name = variable("AWS_MFA_PROFILE"), .now = now, .least = SESSION_LEAST};
	p->access_key_id = variable("AWS_ACCESS_KEY_ID");
	p->region = variable("AWS_REGION");
	p->expiration = end ? iso_time_from_file(end) : -1;
	free(end);
	p->session = p->expiration < 0 ? PROFILE_ABSENT : grade(p);
	if (p->expiration < 0) {
		p->expiration = 0;
		p->why = "AWS_CREDENTIAL_EXPIRATION cannot be read";
	}
	return p->name && p->access_key_id;
}

void profile_state_free(struct profile_state *p)
{
	free(p->name);
	free(p->account);
	free(p->access_key_id);
	free(p->device);
	free(p->role);
	free(p->region);
	free(p->source);
	free(p->keys);
	*p = (struct profile_state){.name = NULL};
}

bool profile_is_valid(const struct profile_state *p)
{
	return p->session == PROFILE_VALID || p->session == PROFILE_EXPIRING;
}
