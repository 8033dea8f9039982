#include "parameters.h"

#include "monotonic.h"
#include "status.h"
#include "timeout.h"
#include "wiped.h"
#include "words_sts.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#define PASS_ON_MS 10000

/* The field that takes the text of a record. */
struct field_place {
	const char *word;
	size_t offset;
};

static const struct field_place of_all[] = {
	{WORD_ACCESS_KEY_ID, offsetof(struct parameters, access_key_id)},
	{WORD_SERIAL, offsetof(struct parameters, serial)},
	{WORD_REGION, offsetof(struct parameters, region)},
	{WORD_ENDPOINT_URL, offsetof(struct parameters, endpoint_url)},
	{WORD_IAM_ENDPOINT_URL, offsetof(struct parameters, iam_endpoint_url)},
	{WORD_CA_BUNDLE, offsetof(struct parameters, ca_bundle)},
	{WORD_HTTPS_PROXY, offsetof(struct parameters, https_proxy)},
	{WORD_NO_PROXY, offsetof(struct parameters, no_proxy)},
};
#define N_OF_ALL (sizeof(of_all) / sizeof(of_all[0]))

static const struct field_place of_role[] = {
	{WORD_ROLE_ARN, offsetof(struct role, arn)},
	{WORD_ROLE_SESSION_NAME, offsetof(struct role, session_name)},
	{WORD_EXTERNAL_ID, offsetof(struct role, external_id)},
	{WORD_SOURCE_IDENTITY, offsetof(struct role, source_identity)},
	{WORD_SESSION_POLICY, offsetof(struct role, session_policy)},
};
#define N_OF_ROLE (sizeof(of_role) / sizeof(of_role[0]))

static char **at(void *base, const struct field_place *place)
{
	void *text = (char *)base + place->offset;

	return (char **)text;
}

static char **find(const struct field_place *places, size_t n, void *base, const char *word)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(word, places[i].word) == 0)
			return at(base, &places[i]);
	return NULL;
}

static struct texts *find_list(struct role *role, const char *word)
{
	return strcmp(word, WORD_TAG) == 0 ? &role->tags : &role->transitive_tag_keys;
}

static bool *find_flag(struct parameters *s, const char *word)
{
	if (strcmp(word, WORD_FIPS) == 0)
		return &s->fips;
	if (strcmp(word, WORD_DUAL_STACK) == 0)
		return &s->dual_stack;
	if (strcmp(word, WORD_GIVE_UP_ROOT) == 0)
		return &s->gives_up_root;
	return strcmp(word, WORD_LEGACY_ENDPOINT) == 0 ? &s->legacy_endpoint : NULL;
}

enum heard heard_fault(struct error *e)
{
	error_set(e, STATUS_SYSTEM,
		"aws-mfa sent a record that aws-mfa-sts does not understand; are both of the same "
		"version?");
	return HEARD_FAULT;
}

static enum status no_memory(struct error *e)
{
	return error_set(e, STATUS_SYSTEM, "out of memory");
}

static enum status take_text(char **text, const struct record *rec, struct error *e)
{
	if (rec->text_len == 0)
		return STATUS_OK;
	*text = strdup(rec->text);
	return *text ? STATUS_OK : no_memory(e);
}

static enum status take_secret(struct parameters *s, struct record *rec, struct error *e)
{
	if (rec->text_len == 0)
		return STATUS_OK;
	s->secret_access_key = OPENSSL_secure_malloc(rec->text_len + 1);
	if (!s->secret_access_key)
		return no_memory(e);
	memcpy(s->secret_access_key, rec->text, rec->text_len + 1);
	explicit_bzero(rec->text, rec->text_len);
	return STATUS_OK;
}

/* A long token comes in several records. */
static enum status take_token(struct parameters *s, struct record *rec, struct error *e)
{
	if (!wiped_append(&s->session_token, rec->text, rec->text_len))
		return no_memory(e);
	explicit_bzero(rec->text, rec->text_len);
	return STATUS_OK;
}

static enum status take_of_role(struct parameters *s, struct record *rec, struct error *e)
{
	struct texts *list;
	struct role *role;
	char **text;

	if (strcmp(rec->word, WORD_ROLE_ARN) == 0)
		s->n_roles++;
	role = &s->roles[s->n_roles - 1];
	text = find(of_role, N_OF_ROLE, role, rec->word);
	if (text)
		return take_text(text, rec, e);
	list = find_list(role, rec->word);
	return take_text(&list->text[list->n++], rec, e);
}

static enum status take_timeout(struct parameters *s, const struct record *rec, struct error *e)
{
	int64_t seconds = record_number(rec->text);

	if (seconds < 1 || seconds > TIMEOUT_LONGEST) {
		heard_fault(e);
		return e->status;
	}
	s->timeout_ms = seconds * 1000;
	return STATUS_OK;
}

static enum status take(struct parameters *s, struct record *rec, struct error *e)
{
	char **text = find(of_all, N_OF_ALL, s, rec->word);
	bool *flag = find_flag(s, rec->word);

	if (strcmp(rec->word, WORD_SECRET_ACCESS_KEY) == 0)
		return take_secret(s, rec, e);
	if (strcmp(rec->word, WORD_SESSION_TOKEN) == 0)
		return take_token(s, rec, e);
	if (text)
		return take_text(text, rec, e);
	if (flag)
		*flag = true;
	else if (strcmp(rec->word, WORD_DURATION) == 0)
		s->duration = record_number(rec->text);
	else if (strcmp(rec->word, WORD_DEADLINE) == 0)
		s->deadline_ms = record_number(rec->text);
	else if (strcmp(rec->word, WORD_TIMEOUT) == 0)
		return take_timeout(s, rec, e);
	else
		return take_of_role(s, rec, e);
	return STATUS_OK;
}

/*
 * Threat: the talker reads what the network sends, so it gets no secret. It learns only whether
 * there is a token. If the talker has ended, it has said why: the signer reads that later.
 */
static enum status pass_on(
	struct peer *talker, const struct parameters *s, const struct record *rec, struct error *e)
{
	const char *text = rec->text;
	enum record_error rc;

	if (strcmp(rec->word, WORD_SECRET_ACCESS_KEY) == 0 || strcmp(rec->word, WORD_DEADLINE) == 0)
		return STATUS_OK;
	if (strcmp(rec->word, WORD_SESSION_TOKEN) == 0) {
		if (s->session_token)
			return STATUS_OK;
		text = NULL;
	}
	rc = peer_write(talker, monotonic_ms() + PASS_ON_MS, rec->word, text);
	return rc == RECORD_OK || rc == RECORD_EOF
		? STATUS_OK
		: error_set(e, STATUS_SYSTEM, "the process that speaks with AWS does not start");
}

enum heard parameters_read(
	struct peer *from, struct peer *talker, struct parameters *s, struct error *e)
{
	struct record rec;

	*s = (struct parameters){.deadline_ms = monotonic_ms() + TIMEOUT_DEFAULT * INT64_C(1000),
		.timeout_ms = TIMEOUT_DEFAULT * INT64_C(1000)};
	for (;;) {
		enum record_error rc = peer_read(from, -1, &rec);

		if (rc == RECORD_EOF)
			return HEARD_END;
		if (rc != RECORD_OK)
			return heard_fault(e);
		if (strcmp(rec.word, WORD_CONNECT) == 0)
			break;
		if (strcmp(rec.word, WORD_CALL) == 0) {
			s->signed_warm_up = true;
			s->call = strdup(rec.text);
			if (s->call)
				return HEARD;
			no_memory(e);
			return HEARD_FAULT;
		}
		if (talker && pass_on(talker, s, &rec, e) != STATUS_OK)
			return HEARD_FAULT;
		if (take(s, &rec, e) != STATUS_OK)
			return HEARD_FAULT;
	}
	s->signed_warm_up = strcmp(rec.text, "signed") == 0;
	if (s->signed_warm_up || strcmp(rec.text, "unsigned") == 0)
		return HEARD;
	return heard_fault(e);
}

static void wipe_role(struct role *role)
{
	for (size_t i = 0; i < N_OF_ROLE; i++)
		wiped_free(at(role, &of_role[i]));
	for (size_t i = 0; i < TAGS_MAX; i++) {
		wiped_free(&role->tags.text[i]);
		wiped_free(&role->transitive_tag_keys.text[i]);
	}
}

/* URLs may hold passwords, and a role's external ID is no public text either. */
void parameters_free(struct parameters *s)
{
	if (s->secret_access_key)
		OPENSSL_secure_clear_free(s->secret_access_key, strlen(s->secret_access_key) + 1);
	wiped_free(&s->session_token);
	wiped_free(&s->call);
	for (size_t i = 0; i < N_OF_ALL; i++)
		wiped_free(at(s, &of_all[i]));
	for (size_t i = 0; i < ROLES_MAX; i++)
		wipe_role(&s->roles[i]);
	*s = (struct parameters){0};
}
