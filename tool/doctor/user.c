#include "user.h"

#include "text/log.h"

#include <string.h>

/* For log_take(). Warnings of a refresh become findings. */
static void take_warning(void *arg, enum log_level level, const char *text)
{
	findings_take(
		arg, "settings", level == LOG_LEVEL_ERROR ? FINDING_FAULT : FINDING_WARNING, text);
}

/* What doctor itself was told on the command line is wrong: "--region: 'x y': ...". */
static bool is_usage(const struct error *e)
{
	return e->status == STATUS_USAGE && strncmp(e->text, "--", 2) == 0;
}

enum status user_check(struct findings *l, struct settings *s,
	const char *const options[N_SETTINGS], struct error *e)
{
	enum status rc;

	log_take(take_warning, l);
	rc = settings_load(s, options, MODE_BY_HAND, e);
	log_take(NULL, NULL);
	if (rc == STATUS_OK) {
		findings_pass(l, "settings", "%s: all that a refresh needs is there",
			s->value[SETTING_CREDENTIALS_FILE]);
		return rc;
	}
	if (is_usage(e) || rc == STATUS_SYSTEM)
		return rc;
	findings_take(l, "settings", FINDING_FAULT, e->text);
	return STATUS_CONFIG;
}
