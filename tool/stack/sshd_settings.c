#include "sshd_settings.h"

#include "command_output.h"
#include "config_lines.h"

#include <ctype.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#define CONFIG "/etc/ssh/sshd_config"

static const char *const includes[] = {"Include", NULL};
static const struct config_syntax syntax = {.includes = includes};

static const char *const keywords[N_SSHD_SETTINGS] = {"UsePAM", "KbdInteractiveAuthentication",
	"PasswordAuthentication", "PubkeyAuthentication", "AuthenticationMethods",
	"PermitRootLogin", "MaxAuthTries", "LoginGraceTime", "PAMServiceName"};

const char *sshd_keyword(enum sshd_setting s)
{
	return keywords[s];
}

static int find(const char *word)
{
	int i = 0;

	/* Its old names. */
	if (strcasecmp(word, "ChallengeResponseAuthentication") == 0 ||
		strcasecmp(word, "SkeyAuthentication") == 0)
		return SSHD_KBD_INTERACTIVE;
	while (i < N_SSHD_SETTINGS && strcasecmp(word, keywords[i]) != 0)
		i++;
	return i;
}

/* "2m30s" -> 150 */
static long seconds(const char *text)
{
	static const struct {
		char letter;
		long seconds;
	} units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}, {'w', 604800}};
	long all = 0;

	while (isdigit((unsigned char)*text)) {
		char *end;
		long n = strtol(text, &end, 10), unit = 1;

		for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
			if (tolower((unsigned char)*end) == units[i].letter)
				unit = units[i].seconds;
		all += n * unit;
		text = end + (isalpha((unsigned char)*end) ? 1 : 0);
	}
	return all;
}

static bool same(int which, const char *a, const char *b)
{
	if (which == SSHD_GRACE)
		return seconds(a) == seconds(b);
	if (which == SSHD_ROOT && strcasecmp(a, "prohibit-password") == 0)
		a = "without-password";
	if (which == SSHD_ROOT && strcasecmp(b, "prohibit-password") == 0)
		b = "without-password";
	return strcasecmp(a, b) == 0;
}

/* Blanks of any number become one, quotes and a comment go. */
static void simplify(char *to, size_t size, const char *from)
{
	size_t n = 0;

	for (; *from && n + 1 < size; from++) {
		if (*from == '#' && n > 0 && to[n - 1] == ' ')
			break;
		if (*from == '"')
			continue;
		if (!isspace((unsigned char)*from))
			to[n++] = *from;
		else if (n > 0 && to[n - 1] != ' ')
			to[n++] = ' ';
	}
	while (n > 0 && to[n - 1] == ' ')
		n--;
	to[n] = '\0';
}

struct sshd_reading {
	struct sshd_settings *s;
	bool in_match;
	char match_file[256];
};

static void take(struct sshd_place *place, const char *file, size_t number, const char *value)
{
	if (place->line)
		return;
	snprintf(place->file, sizeof(place->file), "%s", file);
	snprintf(place->value, sizeof(place->value), "%s", value);
	place->line = number;
}

/* Is our file among those of an Include? */
static bool names_own(const char *patterns)
{
	while (*patterns) {
		size_t len = strcspn(patterns, " \t\"");
		char pattern[4096];

		snprintf(pattern, sizeof(pattern), "%s%.*s", patterns[0] == '/' ? "" : "/etc/ssh/",
			(int)len, patterns);
		if (len > 0 && fnmatch(pattern, SSHD_OWN, FNM_PATHNAME) == 0)
			return true;
		patterns += len + (patterns[len] != '\0');
	}
	return false;
}

static void note_age(struct sshd_settings *s, const char *file)
{
	struct stat st;

	if (stat(file, &st) != 0 || st.st_mtime <= s->newest)
		return;
	s->newest = st.st_mtime;
	snprintf(s->newest_file, sizeof(s->newest_file), "%s", file);
}

/* The first line counts; a Match block counts before it. */
static void on_line(void *data, const char *file, size_t number, char *word, char *rest)
{
	struct sshd_reading *r = data;
	int which = find(word);
	struct sshd_value *v;
	char value[256];

	note_age(r->s, file);
	/* A Match of an included file ends with that file. */
	if (r->in_match && strcmp(r->match_file, CONFIG) != 0 && strcmp(r->match_file, file) != 0)
		r->in_match = false;
	if (strcasecmp(word, "Match") == 0) {
		r->in_match = true;
		snprintf(r->match_file, sizeof(r->match_file), "%s", file);
	}
	if (strcasecmp(word, "Include") == 0 && !r->in_match)
		r->s->includes_own = r->s->includes_own || names_own(rest);
	if (which == N_SSHD_SETTINGS)
		return;
	v = &r->s->of[which];
	simplify(value, sizeof(value), rest);
	if (r->in_match) {
		if (same(which, value, v->value))
			take(&v->match, file, number, value);
		else if (which <= SSHD_METHODS)
			take(&v->differs, file, number, value);
		return;
	}
	if (v->counts.line && !same(which, value, v->counts.value))
		take(&v->other, file, number, value);
	take(&v->counts, file, number, value);
}

static void find_lines(struct sshd_settings *s)
{
	struct sshd_reading r = {.s = s};

	config_lines(CONFIG, &syntax, on_line, &r);
	for (int i = 0; i < N_SSHD_SETTINGS; i++) {
		struct sshd_value *v = &s->of[i];

		if (v->match.line && (!v->counts.line || !same(i, v->counts.value, v->value))) {
			v->other = v->counts;
			v->counts = v->match;
		}
	}
}

struct sshd_serving {
	const char *service;
	bool serves;
};

static void on_service(void *data, const char *file, size_t number, char *word, char *rest)
{
	struct sshd_serving *s = data;
	char value[256];

	(void)file, (void)number;
	simplify(value, sizeof(value), rest);
	s->serves = s->serves ||
		(strcasecmp(word, keywords[SSHD_SERVICE]) == 0 && strcmp(value, s->service) == 0);
}

bool sshd_serves(const char *service)
{
	struct sshd_serving s = {.service = service};

	config_lines(CONFIG, &syntax, on_service, &s);
	return s.serves;
}

static void take_answer(struct sshd_settings *s, char *text)
{
	char *save = NULL;

	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char *value = line + strcspn(line, " ");
		int which;

		if (*value)
			*value++ = '\0';
		which = find(line);
		if (which < N_SSHD_SETTINGS)
			snprintf(s->of[which].value, sizeof(s->of[which].value), "%s", value);
	}
}

void sshd_ask(struct sshd_settings *s, const char *user)
{
	static const char *const paths[] = {
		"/usr/sbin/sshd", "/usr/local/sbin/sshd", "/usr/bin/sshd", NULL};
	const char *argv[] = {command_find(paths), "-T", user ? "-C" : NULL, NULL, NULL};
	struct secret out = {0};
	char spec[512];

	*s = (struct sshd_settings){.known = false};
	/* Without all of these it fails once a Match asks for one. */
	snprintf(spec, sizeof(spec),
		"user=%s,host=localhost,addr=127.0.0.1,laddr=127.0.0.1,lport=22",
		user ? user : "nobody");
	argv[3] = user ? spec : NULL;
	if (!argv[0]) {
		snprintf(s->why, sizeof(s->why), "there is no sshd");
		return;
	}
	s->known = command_output(argv, &out, s->why, sizeof(s->why));
	if (!s->known && !user && strstr(s->why, "connection test specification")) {
		secret_free(&out);
		argv[2] = "-C";
		argv[3] = spec;
		s->known = command_output(argv, &out, s->why, sizeof(s->why));
	}
	if (s->known)
		take_answer(s, out.data);
	secret_free(&out);
	find_lines(s);
}

bool sshd_is(const struct sshd_settings *s, enum sshd_setting which, const char *value)
{
	return s->known && strcasecmp(s->of[which].value, value) == 0;
}
