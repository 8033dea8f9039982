#include "response.h"

#include "ascii.h"

#include <expat.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define DEPTH_MAX 32
#define NAME_MAX_LEN 32 /* longer names are none of ours */

/* Where a field stands: the two elements around it, "*" for any. */
static const struct field {
	const char *grandparent, *parent, *name;
	size_t offset;
} fields[] = {
	{"*", "Error", "Code", offsetof(struct answer, error_code)},
	{"*", "Error", "Message", offsetof(struct answer, error_message)},
	{"*", "ResponseMetadata", "RequestId", offsetof(struct answer, request_id)},
	{"*", "ErrorResponse", "RequestId", offsetof(struct answer, request_id)},
	{"*", "ErrorResponse", "RequestID", offsetof(struct answer, request_id)},
	{"*", "Response", "RequestID", offsetof(struct answer, request_id)},
	{"*", "Error", "RequestId", offsetof(struct answer, request_id)},
	{"*", "GetCallerIdentityResult", "Account", offsetof(struct answer, account)},
	{"*", "GetCallerIdentityResult", "Arn", offsetof(struct answer, arn)},
	{"*Result", "Credentials", "AccessKeyId", offsetof(struct answer, access_key_id)},
	{"*Result", "Credentials", "SecretAccessKey", offsetof(struct answer, secret_access_key)},
	{"*Result", "Credentials", "SessionToken", offsetof(struct answer, session_token)},
	{"*Result", "Credentials", "Expiration", offsetof(struct answer, expiration)},
};

struct reader {
	XML_Parser parser;
	struct answer *answer;
	char names[DEPTH_MAX][NAME_MAX_LEN + 1];
	size_t depth;
	char **field; /* the field whose text is being read */
	size_t used;  /* bytes of answer->text */
	bool refused;
};

static void refuse(struct reader *r)
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

static bool matches(const char *name, const char *pattern)
{
	return pattern[0] == '*' ? ends_with(name, pattern + 1) : strcmp(name, pattern) == 0;
}

/* <Error>, <ErrorResponse><Error>, <ErrorResponse><Errors><Error>; EC2 says <Response>. */
static bool is_error_element(const struct reader *r)
{
	if (r->depth > 3 || strcmp(r->names[r->depth - 1], "Error") != 0)
		return false;
	if (r->depth == 3 && strcmp(r->names[1], "Errors") != 0)
		return false;
	return r->depth == 1 || strcmp(r->names[0], "ErrorResponse") == 0 ||
		strcmp(r->names[0], "Response") == 0;
}

static char **field_at(struct reader *r)
{
	size_t d = r->depth;

	if (d < 2)
		return NULL;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (strcmp(r->names[d - 1], fields[i].name) == 0 &&
			strcmp(r->names[d - 2], fields[i].parent) == 0 &&
			matches(d > 2 ? r->names[d - 3] : "", fields[i].grandparent))
			return (char **)(void *)((char *)r->answer + fields[i].offset);
	return NULL;
}

static void XMLCALL on_start(void *data, const XML_Char *name, const XML_Char **attributes)
{
	struct reader *r = data;
	const char *local = local_name(name);

	(void)attributes;
	if (r->depth == DEPTH_MAX || r->field) { /* fields have no children */
		refuse(r);
		return;
	}
	strncpy(r->names[r->depth], strlen(local) <= NAME_MAX_LEN ? local : "", NAME_MAX_LEN + 1);
	r->depth++;
	if (r->depth == 1 && strcasecmp(local, "html") == 0) {
		refuse(r);
		return;
	}
	if (is_error_element(r))
		r->answer->is_error = true;
	r->field = field_at(r);
	if (!r->field)
		return;
	if (*r->field) {
		/* An id may be said twice; of two secrets or codes no one knows which is meant. */
		if (r->field == &r->answer->request_id)
			r->field = NULL;
		else
			refuse(r);
		return;
	}
	*r->field = r->answer->text + r->used;
}

static void XMLCALL on_text(void *data, const XML_Char *text, int len)
{
	struct reader *r = data;

	if (!r->field)
		return;
	/* Cannot happen: in UTF-8 no character is longer than what it was written as. */
	if (r->used + (size_t)len >= r->answer->text_size) {
		refuse(r);
		return;
	}
	memcpy(r->answer->text + r->used, text, (size_t)len);
	r->used += (size_t)len;
}

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static void XMLCALL on_end(void *data, const XML_Char *name)
{
	struct reader *r = data;

	(void)name;
	r->depth--;
	if (!r->field)
		return;
	while (r->answer->text + r->used > *r->field && is_blank(r->answer->text[r->used - 1]))
		r->used--;
	r->answer->text[r->used++] = '\0';
	while (is_blank(**r->field))
		++*r->field;
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

enum parsed answer_parse(const char *body, size_t len, struct answer *a)
{
	struct reader r = {.answer = a};
	enum XML_Status status;

	*a = (struct answer){.text_size = len + 1};
	/*
	 * No XML in UTF-8 holds a NUL. Expat takes UTF-16, which does, whatever encoding it is
	 * told, and text that was written in two bytes would then grow to three.
	 */
	if (len > 1U << 30 || memchr(body, '\0', len))
		return PARSED_NO_ANSWER;
	a->text = malloc(a->text_size);
	/* UTF-8 whatever the document says: STS's answers are, and ISO-8859-1 would grow. */
	r.parser = XML_ParserCreate("UTF-8");
	if (!a->text || !r.parser) {
		XML_ParserFree(r.parser);
		return PARSED_NO_MEMORY;
	}
	XML_SetUserData(r.parser, &r);
	XML_SetElementHandler(r.parser, on_start, on_end);
	XML_SetCharacterDataHandler(r.parser, on_text);
	XML_SetStartDoctypeDeclHandler(r.parser, on_doctype);
	status = XML_Parse(r.parser, body, (int)len, XML_TRUE);
	if (status != XML_STATUS_OK && XML_GetErrorCode(r.parser) == XML_ERROR_NO_MEMORY) {
		XML_ParserFree(r.parser);
		return PARSED_NO_MEMORY;
	}
	XML_ParserFree(r.parser);
	return status == XML_STATUS_OK && !r.refused ? PARSED : PARSED_NO_ANSWER;
}

void answer_free(struct answer *a)
{
	if (a->text)
		explicit_bzero(a->text, a->text_size);
	free(a->text);
	*a = (struct answer){0};
}

/* Two digits, or -1. */
static int two(const char *s)
{
	if (s[0] < '0' || s[0] > '9' || s[1] < '0' || s[1] > '9')
		return -1;
	return (s[0] - '0') * 10 + s[1] - '0';
}

time_t answer_time(const char *s)
{
	static const char form[] = "dddd-dd-ddTdd:dd:dd";
	struct tm tm = {0}, copy;
	time_t t;

	for (size_t i = 0; form[i]; i++)
		if (form[i] == 'd' ? s[i] < '0' || s[i] > '9' : s[i] != form[i])
			return -1;
	tm.tm_year = two(s) * 100 + two(s + 2) - 1900;
	tm.tm_mon = two(s + 5) - 1;
	tm.tm_mday = two(s + 8);
	tm.tm_hour = two(s + 11);
	tm.tm_min = two(s + 14);
	tm.tm_sec = two(s + 17);
	s += sizeof(form) - 1;
	if (*s == '.') {
		size_t digits = strspn(s + 1, "0123456789");

		if (digits == 0)
			return -1;
		s += 1 + digits;
	}
	if (strcmp(s, "Z") != 0 && strcmp(s, "+00:00") != 0 && strcmp(s, "-00:00") != 0 &&
		strcmp(s, "+0000") != 0)
		return -1;
	copy = tm;
	t = timegm(&copy);
	/* timegm() turns February 31 into March; a second of 60 may. */
	if (copy.tm_mday != tm.tm_mday && tm.tm_sec != 60)
		return -1;
	if (tm.tm_mon < 0 || tm.tm_mon > 11 || tm.tm_mday < 1 || tm.tm_hour > 23 ||
		tm.tm_min > 59 || tm.tm_sec > 60)
		return -1;
	return t;
}

static bool fits_ini(const char *text)
{
	/* Behind the blank that follows '=', SDKs take '#' and ';' for the start of a comment. */
	return text && *text && *text != '#' && *text != ';' && ascii_is_graphic(text);
}

bool answer_credentials(
	const struct answer *a, time_t earliest, time_t latest, time_t *expires, const char **why)
{
	time_t t;

	if (!fits_ini(a->access_key_id) || !fits_ini(a->secret_access_key) ||
		!fits_ini(a->session_token)) {
		*why = "credentials that are missing or no credentials";
		return false;
	}
	t = a->expiration ? answer_time(a->expiration) : -1;
	if (t < 0) {
		*why = "no expiration, or one that is no time in UTC";
		return false;
	}
	if (t <= earliest || t > latest) {
		*why = "an expiration that is past or too far ahead; is this machine's clock right?";
		return false;
	}
	*expires = t;
	return true;
}
