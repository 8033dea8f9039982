/* aws-mfa rotate: replaces the long-term key by a new one, with the session of a fresh code. */
#include "attempts.h"
#include "code.h"
#include "command.h"
#include "command_line.h"
#include "credentials/store.h"
#include "exchange.h"
#include "file/file.h"
#include "file/lock.h"
#include "monotonic.h"
#include "renew.h"
#include "rotate.h"
#include "settings/inherit.h"
#include "settings/suffix.h"
#include "sts_limits.h"
#include "text/log.h"
#include "text/shell.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FINISH = OPTION_OWN, UNDO, TOKEN };

struct command_state {
	struct settings settings;
	struct rotate rotate;
	struct session session;
	struct secret code; /* that was typed, and neither accepted nor refused */
	char command[SHELL_PROFILE_SIZE + 20];
	int lock;
};

static enum status find_way(const struct command_line *line, enum rotate_way *way, struct error *e)
{
	*way = line->option[FINISH] ? ROTATE_FINISH : line->option[UNDO] ? ROTATE_UNDO : ROTATE;
	if (line->option[FINISH] && line->option[UNDO])
		return error_set(e, STATUS_USAGE,
			"--finish: not with --undo; the one deletes the old key, the other goes "
			"back to it");
	return STATUS_OK;
}

static enum status load(struct settings *s, const struct command_line *line, struct error *e)
{
	const char *options[N_SETTINGS];
	enum status rc;

	if (command_line_profile(line, options, e) != STATUS_OK)
		return STATUS_USAGE;
	rc = settings_load(s, options, MODE_BY_HAND, e);
	return rc == STATUS_OK ? inherit_token_command(s, e) : rc;
}

/*
 * Loads the settings under the lock of the section. Another rotation that is running is not waited
 * for: it would spend the same code, or wait for a person.
 */
static enum status load_locked(
	struct command_state *c, const struct command_line *line, struct error *e)
{
	struct settings *s = &c->settings;
	enum status rc = load(s, line, e);
	const char *path = s->value[SETTING_CREDENTIALS_FILE];
	struct stat st;

	if (path && store_undo(path)) {
		settings_free(s);
		rc = load(s, line, e);
		path = s->value[SETTING_CREDENTIALS_FILE];
	}
	if (rc != STATUS_OK)
		return rc;
	if (!path) {
		error_system(e, "settings");
		return STATUS_SYSTEM;
	}
	rc = lock_section(path, s->long_term, 0, &c->lock, e);
	if (rc == STATUS_OK && !(stat(path, &st) == 0 && file_same(&st, &s->credentials_stat))) {
		settings_free(s);
		rc = load(s, line, e);
	}
	return rc;
}

static enum status prepare(
	struct command_state *c, const struct command_line *line, struct error *e)
{
	const struct settings *s = &c->settings;
	char named[SHELL_PROFILE_SIZE];
	enum status rc = load_locked(c, line, e);

	if (rc != STATUS_OK)
		return rc;
	snprintf(c->command, sizeof(c->command), "aws-mfa rotate %s",
		shell_operand(s->value[SETTING_PROFILE], named));
	c->rotate.settings = s;
	c->rotate.session = &c->session;
	c->rotate.command = c->command;
	rc = rotation_read(&c->rotate.rotation, &s->credentials, s->long_term, e);
	return rc == STATUS_OK ? store_check(s->value[SETTING_CREDENTIALS_FILE], false, e) : rc;
}

/* The keys can be those of a source_profile. The same key can be in other sections. */
static void tell_which_keys(const struct settings *s)
{
	const char *profile = s->value[SETTING_PROFILE];
	char *own = suffix_add(profile, s->value[SETTING_LONG_TERM_SUFFIX]);
	const struct ini *ini = &s->credentials;

	if (own && strcmp(s->long_term, own) != 0)
		log_info("the keys of profile %s are in [%s], and are rotated there", profile,
			s->long_term);
	free(own);
	for (size_t i = 0; i < ini->n_lines; i++) {
		const struct ini_line *l = &ini->lines[i];
		char name[256], *key_id;

		if (l->kind != INI_SECTION || l->next || l->name_len >= sizeof(name))
			continue;
		memcpy(name, ini->bytes.data + l->name, l->name_len);
		name[l->name_len] = '\0';
		key_id = ini_get(ini, name, "aws_access_key_id", NULL);
		if (key_id && strcmp(key_id, s->access_key_id) == 0 &&
			strcmp(name, s->long_term) != 0)
			log_warning("[%s] has the same key %s and is not changed: copy the new key "
				    "there afterwards",
				name, key_id);
		free(key_id);
	}
}

static enum status trade(struct command_state *c, struct exchange *x,
	const struct code_source *source, int64_t deadline_ms, struct error *e)
{
	const struct settings *s = &c->settings;
	struct attempts a;
	char question[2048];
	enum status rc = STATUS_OK;

	snprintf(question, sizeof(question),
		"MFA code of %s (to rotate %s): ", s->value[SETTING_DEVICE],
		s->value[SETTING_PROFILE]);
	attempts_init(&a, source);
	if (c->code.data)
		attempts_count(&a);
	do {
		int64_t asked_ms = monotonic_ms();

		if (!c->code.data)
			rc = attempts_ask(&a, question, x, deadline_ms, &c->code, e);
		if (rc != STATUS_OK) {
			secret_free(&c->code);
			break;
		}
		deadline_ms += monotonic_ms() - asked_ms;
		rc = exchange_code(x, c->code.data, deadline_ms, &c->session, e);
		if (rc != STATUS_OK)
			code_strike_out(e->text, c->code.data); /* AWS may quote the code */
	} while (rc == STATUS_WRONG_CODE && attempts_refused(&a, x, &c->code, NULL));
	attempts_free(&a);
	return rc;
}

/* Gets a session of the shortest time with this key. It is stored nowhere. */
static enum status trade_key(struct command_state *c, const struct code_source *source,
	const struct rotation_key *key, struct error *e)
{
	const struct settings *s = &c->settings;
	struct sts_request request = sts_request_of(s);
	struct exchange x = {.ready = false};
	int64_t deadline_ms = monotonic_ms() + s->timeout * INT64_C(1000);
	enum status rc;

	request.access_key_id = key->id;
	request.secret_access_key = &key->secret;
	request.serial = s->value[SETTING_DEVICE];
	request.duration = STS_SESSION_SHORTEST;
	request.signed_warm_up = true;
	rc = exchange_start(&x, &request, deadline_ms, e);
	if (rc == STATUS_OK)
		rc = trade(c, &x, source, deadline_ms, e);
	exchange_end(&x);
	return rc;
}

/* The key of the file that AWS accepts; N_KEYS if it accepts none. */
static enum rotation_role find_key(const struct command_state *c)
{
	const struct rotation_key *keys = c->rotate.rotation.key;
	enum rotation_role role = KEY_IN_USE;

	while (role < N_KEYS && !(keys[role].id && rotate_accepts(&c->settings, &keys[role])))
		role++;
	return role;
}

/*
 * The key in use gives no session. If AWS refuses it, the key that this run is about to put in its
 * place may do. Otherwise says which key works.
 */
static enum status trade_other_key(struct command_state *c, const struct code_source *source,
	enum rotate_way way, struct error *e)
{
	const struct rotation_key *keys = c->rotate.rotation.key;
	enum rotation_role works = find_key(c);
	char why[700];

	if (works == KEY_IN_USE || !(keys[KEY_NEW].id || keys[KEY_OLD].id))
		return e->status;
	if (works == (way == ROTATE ? KEY_NEW : KEY_OLD) && way != ROTATE_FINISH) {
		log_info("AWS refuses the key in use; going on with %s, which it accepts",
			keys[works].id);
		return trade_key(c, source, &keys[works], e);
	}
	snprintf(why, sizeof(why), "%.600s", e->text);
	if (works == N_KEYS)
		return error_set(e, STATUS_CONFIG,
			"%s; AWS accepts no key of [%s]: activate %s in the IAM console, and run "
			"this again",
			why, c->settings.long_term, keys[keys[KEY_OLD].id ? KEY_OLD : KEY_NEW].id);
	return error_set(e, STATUS_CONFIG, "%s; but AWS accepts %s: run %s%s", why, keys[works].id,
		c->command, works == KEY_OLD ? " --undo" : "");
}

static enum status get_session(struct command_state *c, const struct code_source *source,
	enum rotate_way way, struct error *e)
{
	enum status rc = trade_key(c, source, &c->rotate.rotation.key[KEY_IN_USE], e);

	if (rc == STATUS_CONFIG)
		rc = trade_other_key(c, source, way, e);
	secret_free(&c->code);
	return rc;
}

static enum status rotate(struct command_state *c, const struct command_line *line,
	enum rotate_way way, struct error *e)
{
	struct code_source source = {.tty = -1};
	enum status rc = prepare(c, line, e);

	if (rc == STATUS_OK)
		rc = rotate_check(&c->rotate, way, e);
	if (rc == STATUS_VALID) {
		log_info("[%s] holds no old key, so there is nothing to finish",
			c->settings.long_term);
		return STATUS_OK;
	}
	if (rc == STATUS_OK)
		rc = code_source_open(&source, line->option[TOKEN], &c->settings, e);
	if (rc == STATUS_OK && way == ROTATE)
		tell_which_keys(&c->settings);
	if (rc == STATUS_OK)
		rc = get_session(c, &source, way, e);
	code_source_close(&source);
	return rc == STATUS_OK ? rotate_run(&c->rotate, way, e) : rc;
}

static enum status run(const struct command_line *line)
{
	struct command_state c = {.lock = -1};
	struct error e = {0};
	enum rotate_way way;
	enum status rc = find_way(line, &way, &e);

	if (rc == STATUS_OK)
		rc = rotate(&c, line, way, &e);
	if (rc == STATUS_UNAVAILABLE)
		log_error("%s (no code was sent; your code is still good)", e.text);
	else if (rc != STATUS_OK)
		log_error("%s", e.text);
	if (rc != STATUS_OK && c.session.access_key_id.data &&
		(rc != STATUS_CONFIG || c.rotate.rotation.changed))
		log_warning("[%s] has a key that works; run the same command again to go on",
			c.settings.long_term);
	session_free(&c.session);
	rotation_free(&c.rotate.rotation);
	settings_free(&c.settings);
	if (c.lock >= 0)
		close(c.lock);
	return rc;
}

static const struct option options[] = {
	{.names = {"--finish"}, .help = "delete the old key, here and at AWS"},
	{.names = {"--undo"}, .help = "go back to the old key, and delete the new one"},
	RENEW_OPTION_TOKEN,
};

const struct command cmd_rotate = {
	.name = "rotate",
	.run = run,
	.summary = "replace the long-term key by a new one",
	.help = "Create a new access key with the session of an MFA code, prove it, put it into "
		"[NAME-long-term] and deactivate the old key. The old key stays in the file until "
		"you finish. If it is interrupted, run it again: it goes on.",
	.example = "  aws-mfa rotate work\n"
		   "  aws-mfa rotate work --finish",
	.settings = ALL_SETTINGS &
		~(SETTING_BIT(SETTING_ASSUME_ROLE) | SETTING_BIT(SETTING_DURATION) |
			SETTING_BIT(SETTING_ROLE_SESSION_NAME) | SETTING_BIT(SETTING_EXTERNAL_ID) |
			SETTING_BIT(SETTING_SOURCE_IDENTITY) | SETTING_BIT(SETTING_TAGS) |
			SETTING_BIT(SETTING_TRANSITIVE_TAGS) | SETTING_BIT(SETTING_RENEW_BEFORE)),
	.own = options,
	.n_own = sizeof(options) / sizeof(options[0]),
	.operand = "NAME",
	.max_operands = 1,
	.prints = true,
};
