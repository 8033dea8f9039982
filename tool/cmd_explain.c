/* aws-mfa explain: prints the value and the source of each setting. Secrets are not shown. */
#include "command.h"
#include "credentials/session.h"
#include "settings/inherit.h"
#include "settings/settings.h"
#include "text/log.h"

#include <stdio.h>
#include <string.h>

static void row(const char *name, const char *value, const char *where)
{
	char shown[512];

	snprintf(shown, sizeof(shown), "%s", value);
	log_clean(shown);
	printf("%-22s %-44s %s\n", name, shown, where);
}

/* http://user:password@host becomes http://...@host. */
static void url_row(const char *name, const char *value, const char *where)
{
	const char *at = strrchr(value, '@');
	/* "user:pass://word@host" has no scheme, but a password that looks like the end of one. */
	size_t scheme = strcspn(value, ":/@");
	char shown[512];

	scheme = strncmp(value + scheme, "://", 3) == 0 ? scheme + 3 : 0;
	if (at)
		snprintf(shown, sizeof(shown), "%.*s...%s", (int)scheme, value, at);
	else
		snprintf(shown, sizeof(shown), "%s", value);
	row(name, shown, where);
}

/* The program may get the device's secret as an argument. */
static void command_row(const char *name, const char *value, const char *where)
{
	size_t len = strcspn(value, " \t");
	char shown[512];

	snprintf(shown, sizeof(shown), "%.*s%s", (int)len, value, value[len] ? " ..." : "");
	row(name, shown, where);
}

static const char *duration_of(const struct settings *s, char text[static 32])
{
	snprintf(text, 32, "%ld", s->duration);
	return text;
}

static enum status run(const struct command_line *line)
{
	struct error e = {0};
	struct settings s;
	char duration[32];
	enum status rc = settings_load(&s, line->option, MODE_BY_HAND, &e);

	if (rc == STATUS_OK)
		rc = inherit_token_command(&s, &e);
	for (enum setting id = 0; id < N_SETTINGS; id++) {
		if (!s.value[id] && id == SETTING_DURATION && s.duration > 0)
			row(settings_name(id), duration_of(&s, duration), "built in");
		else if (!s.value[id])
			row(settings_name(id), "-", "");
		else if (id == SETTING_TOKEN_COMMAND)
			command_row(settings_name(id), s.value[id], s.where[id]);
		else if (settings_may_hold_password(id))
			url_row(settings_name(id), s.value[id], s.where[id]);
		else
			row(settings_name(id), s.value[id], s.where[id] ? s.where[id] : "built in");
	}
	for (size_t i = 0; i < s.n_via; i++)
		row("assumed before", s.via[i].arn, "");
	if (s.long_term)
		row("long-term keys in", s.long_term, "");
	if (s.session)
		row("session goes to", s.session, "");
	row("aws_access_key_id", s.access_key_id ? s.access_key_id : "-", "");
	row("aws_secret_access_key", s.secret_access_key.data ? "(not shown)" : "-", "");
	if (rc == STATUS_OK)
		rc = session_spare_keys(&s.credentials, s.session, &e);
	if (rc != STATUS_OK)
		log_error("%s", e.text);
	settings_free(&s);
	return rc;
}

const struct command cmd_explain = {
	.name = "explain",
	.run = run,
	.summary = "show each setting and where it comes from",
	.help = "Show the value of each setting and where it comes from. Change nothing. "
		"Secrets are not shown.",
	.example = "  aws-mfa explain --profile work",
	.settings = ALL_SETTINGS & ~SETTING_BIT(SETTING_TOKEN_COMMAND),
	.prints = true,
};
