#include "response.h"

#include "ascii.h"
#include "iso_time.h"

#include <expat.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define DEPTH_MAX 32
#define NAME_MAX_LEN 32 /* no wanted element has a longer name */

/* The fields of every answer. A request id may come twice. */
static const struct wanted protocol[] = {
	{"/Error/Code", FIELD_ERROR_CODE, ONCE},
	{"/Error/Message", FIELD_ERROR_MESSAGE, ONCE},
	{"/ResponseMetadata/RequestId", FIELD_REQUEST_ID, FIRST},
	{"/ErrorResponse/RequestId", FIELD_REQUEST_ID, FIRST},
	{"/ErrorResponse/RequestID", FIELD_REQUEST_ID, FIRST},
	{"/Response/RequestID", FIELD_REQUEST_ID, FIRST},
	{"/Error/RequestId", FIELD_REQUEST_ID, FIRST},
	{NULL, 0, ONCE},
};

struct answer_reader {
	XML_Parser parser;
	const struct wanted *wanted; /* may be NULL */
	struct answer *answer;
	char path[DEPTH_MAX * (1 + NAME_MAX_LEN) + 1]; /* "/Response/Errors/Error" */
	size_t depth;
	char *field;   /* the current field in answer->text, or NULL */
	unsigned seen; /* bits of enum field */
	bool refused;
};

static void refuse(struct answer_reader *r)
{
	r->refused = true;
	XML_StopParser(r->parser, XML_FALSE);
}

static const char *local_name(const char *name)
{
	const char *colon = strrchr(name, ':');

	return colon ? colon + 1 : name;
}

static bool ends_with(const char *s, const char *tail)
{
	size_t len = strlen(s), tail_len = strlen(tail);

	return len >= tail_len && strcmp(s + len - tail_len, tail) == 0;
}

/* EC2's root element is <Response>. */
static bool is_error_element(const char *path)
{
	static const char *const places[] = {"/Error", "/ErrorResponse/Error", "/Response/Error",
		"/ErrorResponse/Errors/Error", "/Response/Errors/Error"};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (strcmp(path, places[i]) == 0)
			return true;
	return false;
}

static const struct wanted *find(const struct wanted *wanted, const char *path)
{
	for (; wanted && wanted->path; wanted++)
		if (ends_with(path, wanted->path))
			return wanted;
	return NULL;
}

/* Appends to answer->text. */
static void add(struct answer_reader *r, const char *text, size_t len)
{
	struct answer *a = r->answer;

	/* Cannot happen: in UTF-8, no character is longer than its XML form. */
	if (len >= a->size - a->used) {
		refuse(r);
		return;
	}
	memcpy(a->text + a->used, text, len);
	a->used += len;
}

static void begin_field(struct answer_reader *r, const struct wanted *w)
{
	const char tag = (char)(w->field + 1);
	bool again = r->seen & 1U << w->field;

	r->seen |= 1U << w->field;
	if (again && w->times == ONCE)
		refuse(r);
	if (again && w->times != EACH && w->times != GROUP)
		return;
	add(r, &tag, 1);
	if (w->times == GROUP)
		add(r, "", 1);
	else
		r->field = r->answer->text + r->answer->used;
}

static void XMLCALL on_start(void *data, const XML_Char *name, const XML_Char **attributes)
{
	struct answer_reader *r = data;
	const char *local = local_name(name);
	const struct wanted *w;
	char *end = r->path + strlen(r->path);

	(void)attributes;
	if (r->depth == DEPTH_MAX || r->field) { /* fields have no children */
		refuse(r);
		return;
	}
	r->depth++;
	*end++ = '/';
	local = strlen(local) <= NAME_MAX_LEN ? local : "";
	memcpy(end, local, strlen(local) + 1);
	if (strcasecmp(r->path, "/html") == 0) {
		refuse(r);
		return;
	}
	if (is_error_element(r->path))
		r->answer->is_error = true;
	w = find(protocol, r->path);
	if (!w)
		w = find(r->wanted, r->path);
	if (w)
		begin_field(r, w);
}

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static void XMLCALL on_text(void *data, const XML_Char *text, int len)
{
	struct answer_reader *r = data;

	if (!r->field)
		return;
	if (r->field == r->answer->text + r->answer->used)
		for (; len > 0 && is_blank(*text); len--)
			text++;
	add(r, text, (size_t)len);
}

static void XMLCALL on_end(void *data, const XML_Char *name)
{
	struct answer_reader *r = data;
	struct answer *a = r->answer;

	(void)name;
	r->depth--;
	*strrchr(r->path, '/') = '\0';
	if (!r->field)
		return;
	while (a->text + a->used > r->field && is_blank(a->text[a->used - 1]))
		a->used--;
	add(r, "", 1);
	r->field = NULL;
}

static void XMLCALL on_doctype(void *data, const XML_Char *name, const XML_Char *sysid,
	const XML_Char *pubid, int has_internal_subset)
{
	(void)name;
	(void)sysid;
	(void)pubid;
	(void)has_internal_subset;
	refuse(data);
}

enum parsed answer_parse(
	const char *body, size_t len, const struct wanted *wanted, struct answer *a)
{
	struct answer_reader r = {.wanted = wanted, .answer = a};
	enum parsed rc = PARSED;

	*a = (struct answer){.size = len + 1};
	/*
	 * XML in UTF-8 never holds a NUL, but UTF-16 does. Expat accepts UTF-16 even if another
	 * encoding is set. Text of two bytes could then grow to three.
	 */
	if (len > 1U << 30 || memchr(body, '\0', len))
		return PARSED_NO_ANSWER;
	a->text = malloc(a->size);
	/* Set UTF-8, which STS uses. Text in ISO-8859-1 would grow. */
	r.parser = XML_ParserCreate("UTF-8");
	if (!a->text || !r.parser) {
		rc = PARSED_NO_MEMORY;
		goto out;
	}
	XML_SetUserData(r.parser, &r);
	XML_SetElementHandler(r.parser, on_start, on_end);
	XML_SetCharacterDataHandler(r.parser, on_text);
	XML_SetStartDoctypeDeclHandler(r.parser, on_doctype);
	if (XML_Parse(r.parser, body, (int)len, XML_TRUE) != XML_STATUS_OK)
		rc = XML_GetErrorCode(r.parser) == XML_ERROR_NO_MEMORY ? PARSED_NO_MEMORY
								       : PARSED_NO_ANSWER;
	if (rc != PARSED || r.refused) {
		rc = rc == PARSED ? PARSED_NO_ANSWER : rc;
		a->used = 0;
	}
	a->error_code = answer_field(a, FIELD_ERROR_CODE);
	a->error_message = answer_field(a, FIELD_ERROR_MESSAGE);
	a->request_id = answer_field(a, FIELD_REQUEST_ID);
out:
	XML_ParserFree(r.parser);
	return rc;
}

const char *answer_after(const struct answer *a, const char *after, enum field *field)
{
	size_t at = after ? (size_t)(after - a->text) + strlen(after) + 1 : 0;

	if (at >= a->used)
		return NULL;
	*field = (enum field)(a->text[at] - 1);
	return a->text + at + 1;
}

const char *answer_next(const struct answer *a, enum field field, const char *after)
{
	enum field found;

	do
		after = answer_after(a, after, &found);
	while (after && found != field);
	return after;
}

const char *answer_field(const struct answer *a, enum field field)
{
	return answer_next(a, field, NULL);
}

void answer_free(struct answer *a)
{
	if (a->text)
		explicit_bzero(a->text, a->size);
	free(a->text);
	*a = (struct answer){0};
}

static bool fits_ini(const char *text)
{
	/* After "= ", SDKs take '#' and ';' for the start of a comment. */
	return text && *text && *text != '#' && *text != ';' && ascii_is_graphic(text);
}

bool answer_credentials(
	const struct answer *a, time_t earliest, time_t latest, time_t *expires, const char **why)
{
	const char *expiration = answer_field(a, FIELD_EXPIRATION);
	time_t t;

	if (!fits_ini(answer_field(a, FIELD_ACCESS_KEY_ID)) ||
		!fits_ini(answer_field(a, FIELD_SECRET_ACCESS_KEY)) ||
		!fits_ini(answer_field(a, FIELD_SESSION_TOKEN))) {
		*why = "credentials that are missing or malformed";
		return false;
	}
	t = expiration ? iso_time_from_aws(expiration) : -1;
	if (t < 0) {
		*why = "no expiration, or an expiration that is not a UTC time";
		return false;
	}
	if (t <= earliest || t > latest) {
		*why = "an expiration that is past or too far ahead; is this machine's clock right?";
		return false;
	}
	*expires = t;
	return true;
}
