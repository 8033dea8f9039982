/* aws-mfa clear: removes sessions from the credentials file. */
#include "command.h"
#include "command_line.h"
#include "credentials/clear.h"
#include "credentials/session.h"
#include "credentials/store.h"
#include "local_time.h"
#include "monotonic.h"
#include "settings/absence.h"
#include "settings/files.h"
#include "settings/outer.h"
#include "settings/profiles.h"
#include "settings/settings.h"
#include "text/log.h"
#include "timeout.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ALL = OPTION_OWN };

struct clear {
	const char *options[N_SETTINGS];
	struct settings settings; /* of the first profile, with the files as they are now */
	char **sections;          /* those with a session; room for all */
	size_t n;
	time_t until; /* when the last session that is removed ends; 0: not known */
};

/* A missing credentials file is an empty one. */
static enum status read_files(struct clear *c, struct error *e)
{
	struct settings *s = &c->settings;
	enum status rc;

	store_undo(s->value[SETTING_CREDENTIALS_FILE]);
	rc = settings_read_credentials(s, e);
	if (rc == STATUS_NOT_SET_UP)
		rc = STATUS_OK;
	else if (rc == STATUS_OK)
		rc = absence_check_text(&s->credentials, e);
	return rc == STATUS_OK ? settings_read_config(s, e) : rc;
}

static enum status add(struct clear *c, const char *section, size_t len, struct error *e)
{
	const struct ini *ini = &c->settings.credentials;
	char **copy = &c->sections[c->n];
	time_t until;

	*copy = strndup(section, len);
	if (!*copy)
		return error_system(e, ini->path);
	c->n++;
	session_check(ini, *copy, NULL, 0, 0, &until);
	c->until = until > c->until ? until : c->until;
	return STATUS_OK;
}

static enum status add_all(struct clear *c, struct error *e)
{
	const struct ini *ini = &c->settings.credentials;
	enum status rc = STATUS_OK;

	for (size_t i = 0; rc == STATUS_OK && i < ini->n_lines; i++) {
		const struct ini_line *l = &ini->lines[i];

		if (ini_is_section(ini, l) && clear_is_ours(ini, l))
			rc = add(c, ini->bytes.data + l->name, l->name_len, e);
	}
	if (rc == STATUS_OK && c->n == 0)
		log_info("%s holds no session of aws-mfa",
			c->settings.value[SETTING_CREDENTIALS_FILE]);
	return rc;
}

/* Does a file name the profile? Without a name, the profile "default" need not exist. */
static enum status check_known(const struct clear *c, const struct settings *s, struct error *e)
{
	const struct settings *files = &c->settings;
	const char *profile = s->value[SETTING_PROFILE];
	enum status rc;

	if (ini_has_section(&files->credentials, s->session) ||
		ini_has_section(&files->credentials, s->long_term) ||
		profiles_section(&files->config, SECTION_PROFILE, profile))
		return STATUS_OK;
	rc = files->credentials.path
		? absence_check(&files->credentials, &files->credentials_faults, s->session,
			  MODE_BY_HAND, e)
		: STATUS_OK;
	if (rc != STATUS_OK || s->origin[SETTING_PROFILE] == ORIGIN_BUILT_IN)
		return rc;
	return error_set(e, STATUS_NOT_SET_UP,
		"there is no profile '%.200s': %s has neither [%.200s] nor [%.200s]; aws-mfa list "
		"shows all profiles",
		profile, s->value[SETTING_CREDENTIALS_FILE], s->session, s->long_term);
}

/* Notes the section of a profile, if it has a session. */
static enum status add_profile(struct clear *c, const struct settings *s, struct error *e)
{
	enum status rc = check_known(c, s, e);

	for (size_t i = 0; i < c->n; i++)
		if (strcmp(c->sections[i], s->session) == 0)
			return rc; /* named twice */
	if (rc != STATUS_OK)
		return rc;
	switch (clear_look(&c->settings.credentials, s->session)) {
	case CLEAR_NOTHING:
		log_info("[%s] holds no session", s->session);
		return STATUS_OK;
	case CLEAR_STATIC:
		log_info("[%s] holds keys without a session token: they are no session, and stay",
			s->session);
		return STATUS_OK;
	case CLEAR_TOKEN:
		log_info("[%s] holds a long-term key, which stays; the rest of a session goes",
			s->session);
		break;
	case CLEAR_SESSION:
		break;
	}
	return add(c, s->session, strlen(s->session), e);
}

/* c->settings is of the first name. */
static enum status add_name(struct clear *c, const char *name, bool first, struct error *e)
{
	struct settings s;
	enum status rc;

	if (first)
		return add_profile(c, &c->settings, e);
	c->options[SETTING_PROFILE] = name;
	rc = settings_locate(&s, c->options, e);
	if (rc == STATUS_OK)
		rc = add_profile(c, &s, e);
	settings_free(&s);
	return rc;
}

/* The same for all names. If one fails, the others are cleared all the same. */
static enum status add_names(struct clear *c, const struct command_line *line)
{
	enum status failed = STATUS_OK;
	size_t i = 0;

	do {
		struct error e = {0};
		enum status rc = add_name(c, line->operands[i], i == 0, &e);

		if (rc != STATUS_OK)
			log_error("%s", e.text);
		if (failed == STATUS_OK)
			failed = rc;
	} while (++i < line->n_operands);
	return failed;
}

/* Can the file be written, and may it? */
static enum status check(const struct clear *c, struct error *e)
{
	const struct ini *ini = &c->settings.credentials;
	const struct store_place to = {.path = ini->path,
		.section = c->sections[0],
		.keys = c->sections[0],
		.replaces_keys = true};
	enum status rc = store_check_content(ini, &to, e);

	for (size_t i = 0; rc == STATUS_OK && i < c->n; i++)
		if (clear_look(ini, c->sections[i]) == CLEAR_SESSION &&
			store_check_spared(ini, c->sections[i], e) != STATUS_OK)
			e->status = rc = STATUS_CONFIG;
	return rc == STATUS_OK ? store_check(ini->path, false, e) : rc;
}

static void tell(const struct clear *c)
{
	char when[64];
	bool known = c->until > 0 && local_time(when, sizeof(when), c->until);

	for (size_t i = 0; i < c->n; i++)
		log_info("the session is removed from [%s]", c->sections[i]);
	if (c->until == 0 || c->until > time(NULL))
		log_info("a copy in another shell or program works until %s: this command cannot "
			 "reach it, and cannot revoke a session at AWS",
			known ? when : "it ends");
}

static enum status clear(struct clear *c, struct error *e)
{
	enum status rc = check(c, e);

	if (rc == STATUS_OK)
		rc = clear_sections(c->settings.credentials.path, (const char *const *)c->sections,
			c->n, monotonic_ms() + TIMEOUT_DEFAULT * INT64_C(1000), e);
	if (rc == STATUS_OK)
		tell(c);
	return rc;
}

/* Exec and export set the same variables, so nobody can tell which of them it was. */
static void warn_of_this_shell(void)
{
	const char *profile = getenv("AWS_MFA_PROFILE");

	if (getenv("AWS_SESSION_TOKEN"))
		log_warning("this shell still holds a session%s%s itself; %srun: %s",
			profile ? " of " : "", profile ? profile : "",
			profile ? "leave it with exit, if aws-mfa exec started it, or " : "",
			outer_unset_keys());
}

static enum status check_line(const struct command_line *line, struct error *e)
{
	if (!line->option[ALL] || (line->n_operands == 0 && !line->option[SETTING_PROFILE]))
		return STATUS_OK;
	return error_set(e, STATUS_USAGE, "--all: names all profiles already; leave the name out");
}

/* Notes the sections. *failed: the status of the first name with a mistake. */
static enum status find(
	struct clear *c, const struct command_line *line, enum status *failed, struct error *e)
{
	size_t room = c->settings.credentials.n_lines + line->n_operands + 1;

	c->sections = calloc(room, sizeof(*c->sections));
	if (!c->sections)
		return error_system(e, "clear");
	if (line->option[ALL])
		return add_all(c, e);
	*failed = add_names(c, line);
	return STATUS_OK;
}

static enum status run(const struct command_line *line)
{
	struct clear c = {.n = 0};
	struct error e = {0};
	enum status rc = check_line(line, &e), failed = STATUS_OK;

	if (rc == STATUS_OK)
		rc = command_line_profile(line, c.options, &e);
	if (rc == STATUS_OK)
		rc = settings_locate(&c.settings, c.options, &e);
	if (rc == STATUS_OK)
		rc = read_files(&c, &e);
	if (rc == STATUS_OK)
		rc = find(&c, line, &failed, &e);
	if (rc == STATUS_OK && c.n > 0)
		rc = clear(&c, &e);
	if (rc == STATUS_OK)
		warn_of_this_shell();
	else
		log_error("%s", e.text);
	for (size_t i = 0; i < c.n; i++)
		free(c.sections[i]);
	free(c.sections);
	settings_free(&c.settings);
	return failed != STATUS_OK ? failed : rc;
}

static const struct option options[] = {
	{.names = {"--all"}, .help = "every session that aws-mfa has written"},
};

const struct command cmd_clear = {
	.name = "clear",
	.run = run,
	.summary = "remove sessions from the credentials file",
	.help = "Remove the session from [NAME] of ~/.aws/credentials. The header, other keys and "
		"long-term keys stay. Without NAME it is the profile of --profile or AWS_PROFILE. "
		"A copy in another shell or program is not reached. AWS accepts it until it ends.",
	.example = "  aws-mfa clear work\n"
		   "  aws-mfa clear --all",
	.settings = SETTING_BIT(SETTING_PROFILE) | SETTING_BIT(SETTING_LONG_TERM_SUFFIX) |
		SETTING_BIT(SETTING_SHORT_TERM_SUFFIX),
	.own = options,
	.n_own = sizeof(options) / sizeof(options[0]),
	.operand = "NAME",
	.max_operands = SIZE_MAX,
};
