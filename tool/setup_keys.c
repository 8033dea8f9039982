#include "setup_keys.h"

#include "settings/taken.h"
#include "setup/found.h"
#include "setup/shape.h"
#include "text/color.h"
#include "text/log.h"

#include <stdio.h>
#include <string.h>

static bool can_ask(const struct key_search *s)
{
	return s->asker->tty >= 0;
}

/* Other vendors' keys have other forms. */
static bool is_others(const struct settings *s)
{
	return s->value[SETTING_ENDPOINT_URL];
}

static const char *check_id(const void *arg, const char *text)
{
	return shape_key_id(text, is_others(((const struct key_search *)arg)->settings));
}

static const char *check_secret(const void *arg, const char *text)
{
	return shape_secret(text, is_others(((const struct key_search *)arg)->settings));
}

const char *setup_check_given_id(const struct key_search *s)
{
	return s->given_id ? check_id(s, s->given_id) : NULL;
}

static enum status ask_keys(struct key_search *s, struct error *e)
{
	const char *given = s->given_id;
	enum status rc;

	/* After a refusal, s->id has been tried: ask for both. */
	if (given && !s->id.data)
		rc = secret_copy(&s->id, given, strlen(given)) ? STATUS_OK
							       : error_system(e, "setup");
	else
		rc = ask_hidden(s->asker, "Access key ID (hidden): ", check_id, s, &s->id, e);
	if (rc == STATUS_OK && can_ask(s))
		ask_tell(s->asker, "  %s", s->id.data);
	if (rc == STATUS_OK)
		rc = ask_hidden(
			s->asker, "Secret access key (hidden): ", check_secret, s, &s->secret, e);
	if (rc == STATUS_OK && can_ask(s))
		ask_tell(s->asker, "  %zu characters read", s->secret.size);
	return rc;
}

/* --- keys that stand in the file --- */

/* Asks whether the keys of a section are to be used. */
static enum status offer(
	struct key_search *s, const char *section, const char *question, struct error *e)
{
	struct found f;
	char text[900];
	bool yes = false;
	enum status rc = STATUS_OK;

	found_in(s->settings, section, &f);
	if (f.section && !check_id(s, f.id.data) && !check_secret(s, f.secret.data)) {
		snprintf(text, sizeof(text), "[%s] holds the long-term key %s. %s", section,
			f.id.data, question);
		rc = ask_yes(s->asker, text, true, &yes, e);
	}
	if (yes) {
		s->taken = true;
		s->id = f.id;
		s->secret = f.secret;
		f = (struct found){0};
	}
	found_free(&f);
	return rc;
}

/* Keys in [NAME] must leave it: the session goes there. Those in [default] stay there, too. */
static enum status take_over(struct key_search *s, struct error *e)
{
	const char *session = s->settings->session;
	char question[600];
	enum status rc;

	snprintf(question, sizeof(question), "Move it to [%s]?", s->settings->long_term);
	rc = offer(s, session, question, e);
	if (rc != STATUS_OK || s->taken || strcmp(session, "default") == 0)
		return rc;
	snprintf(question, sizeof(question), "Use it for profile %s, too?",
		s->settings->value[SETTING_PROFILE]);
	return offer(s, "default", question, e);
}

static enum status kept(const struct key_search *s, const char *how, struct error *e)
{
	return error_set(e, STATUS_USAGE, "[%s] is kept; %s", s->settings->long_term, how);
}

/* Keys in [NAME-long-term] may lack only the device. Before they are replaced, the user must agree.
 */
static enum status look_at_old_keys(struct key_search *s, struct error *e)
{
	const char *section = s->settings->long_term;
	char question[600];
	bool yes = false;
	enum status rc = STATUS_OK;

	if (!found_any(s->settings, section))
		return s->given_id ? STATUS_OK : take_over(s, e);
	if (!s->given_id && !found_device(s->settings, section))
		rc = offer(s, section, "Find its MFA device?", e);
	if (rc != STATUS_OK || s->taken || s->replace)
		return rc;
	snprintf(question, sizeof(question), "[%s] exists already. Replace its keys?", section);
	rc = ask_yes(s->asker, question, false, &yes, e);
	return rc == STATUS_OK && !yes ? kept(s, "for another profile use: aws-mfa setup NAME", e)
				       : rc;
}

bool setup_keys_stand_in(const struct key_search *s, const char *section)
{
	struct found f;
	bool same;

	found_in(s->settings, section, &f);
	same = f.section && secret_equal(&f.id, &s->id) && secret_equal(&f.secret, &s->secret);
	found_free(&f);
	return same;
}

static enum status get_keys(struct key_search *s, struct error *e)
{
	enum status rc = STATUS_OK;

	if (s->only_these)
		return STATUS_OK;
	if (can_ask(s))
		rc = look_at_old_keys(s, e);

	if (rc == STATUS_OK && !s->taken)
		rc = ask_keys(s, e);
	/* Without a person, the same keys again are fine. */
	if (rc == STATUS_OK && !can_ask(s) && !s->replace &&
		found_any(s->settings, s->settings->long_term) &&
		!setup_keys_stand_in(s, s->settings->long_term))
		rc = kept(s, "to replace its keys add --replace", e);
	return rc;
}

/* --- AWS --- */

/* Would another pair of keys do better? */
static bool blames_keys(const struct caller *c)
{
	static const char *const codes[] = {"InvalidClientTokenId", "SignatureDoesNotMatch",
		"InvalidAccessKeyId", "UnrecognizedClientException", "AuthFailure"};

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (strcmp(c->aws_error, codes[i]) == 0)
			return true;
	return false;
}

static enum status call(struct key_search *s, struct error *e)
{
	struct sts_request request = sts_request_of(s->settings);
	enum status rc;

	request.access_key_id = s->id.data;
	request.secret_access_key = &s->secret;
	rc = call_start(&s->caller, &request, e);
	return rc == STATUS_OK ? call_identity(&s->caller, &s->who, e) : rc;
}

static void tell_owner(const struct key_search *s)
{
	const char *name = strrchr(s->who.arn, ':');

	name = name ? name + 1 : s->who.arn;
	if (strncmp(name, "user/", 5) == 0)
		ask_tell_marked(s->asker, COLOR_GREEN, "ok     ", "",
			"AWS accepts the key: user %s, account %s", name + 5, s->who.account);
	else
		ask_tell_marked(s->asker, COLOR_GREEN, "ok     ", "", "AWS accepts the key: %s",
			s->who.arn);
	if (strcmp(name, "root") == 0)
		log_warning("this key belongs to the root user of the account; AWS advises to use "
			    "the key of an IAM user");
}

enum status setup_find_keys(struct key_search *s, struct error *e)
{
	enum status rc = get_keys(s, e);

	if (rc != STATUS_OK)
		return rc;
	while ((rc = call(s, e)) != STATUS_OK) {
		call_end(&s->caller);
		if (rc != STATUS_CONFIG || !can_ask(s) || s->only_these || !blames_keys(&s->caller))
			return rc;
		ask_tell_marked(s->asker, COLOR_RED, "Refused: ", "", "%s", e->text);
		/* Keys of the file are refused, too: others may be typed, which must not move. */
		s->taken = false;
		rc = ask_keys(s, e);
		if (rc != STATUS_OK)
			return rc;
	}
	tell_owner(s);
	return STATUS_OK;
}

void setup_keys_free(struct key_search *s)
{
	call_end(&s->caller);
	secret_free(&s->id);
	secret_free(&s->secret);
}
