#include "judge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CONFIG "/etc/ssh/sshd_config"

/* Adds a finding at the line that counts. Says which other line does not. */
static void add(struct view *v, enum sshd_setting s, enum finding_level level, const char *id,
	const char *must, const char *why)
{
	const struct sshd_value *of = &v->sshd.of[s];
	const char *keyword = sshd_keyword(s);
	char other[512] = "";

	if (of->other.line)
		snprintf(other, sizeof(other),
			". This line comes first and counts; %s:%zu (%s) does not", of->other.file,
			of->other.line, of->other.value);
	if (of->counts.line)
		findings_add(v->l, id, level, of->counts.file, of->counts.line, "%s is %s: %s%s",
			keyword, *of->value ? of->value : of->counts.value, why, other);
	else
		findings_add(v->l, id, level, CONFIG, 0, "%s is %s, as nothing sets it: %s",
			keyword, of->value, why);
	if (of->counts.line)
		findings_write(v->l, "%s %s", keyword, must);
	else
		findings_write(v->l, "%s %s   (in %s)", keyword, must,
			v->sshd.includes_own ? SSHD_OWN : CONFIG);
}

/* Such as the break-glass account: sshd and the stack let this user in with the key alone. */
static bool needs_no_code(const struct view *v)
{
	const struct ways_end *key = &v->end[WAY_KEY][OUTCOME_WRONG];

	return v->user && key->in && ways_is_exemption(ways_passed_by(&v->stack, &key->account));
}

static void judge_methods(struct view *v)
{
	const struct ways_end *prompt = &v->end[WAY_PROMPT][OUTCOME_RIGHT];

	if (!v->decides)
		return;
	if (v->allowed[WAY_PROMPT] && prompt->in && prompt->factors < 2)
		add(v, SSHD_METHODS, FINDING_FAULT, "sshd-methods",
			"publickey,keyboard-interactive", "a code alone lets in, without a key");
	else if (v->allowed[WAY_KEY] && !v->allowed[WAY_BOTH] && !v->allowed[WAY_PROMPT] &&
		!needs_no_code(v))
		add(v, SSHD_METHODS, FINDING_FAULT, "sshd-methods",
			"publickey,keyboard-interactive",
			"no login comes to the question for the code");
}

static void judge_root(struct view *v)
{
	const char *value = v->sshd.of[SSHD_ROOT].value;

	if (!v->user || strcmp(v->user, "root") != 0 || !v->decides)
		return;
	if (strcmp(value, "no") == 0)
		add(v, SSHD_ROOT, FINDING_NOTE, "sshd-root", "yes", "root cannot log in");
	else if (strcmp(value, "yes") != 0)
		add(v, SSHD_ROOT, FINDING_FAULT, "sshd-root", "yes",
			"sshd gives PAM a false answer in place of root's code, so root cannot log in");
}

static void judge_times(struct view *v)
{
	long tries = strtol(v->sshd.of[SSHD_TRIES].value, NULL, 10);
	long grace = strtol(v->sshd.of[SSHD_GRACE].value, NULL, 10);
	char why[256];
	struct ours o;

	ours_parse(&o, view_line(v));
	if (tries > 0 && tries < 3)
		add(v, SSHD_TRIES, FINDING_WARNING, "sshd-tries", "6",
			"each key that a client offers counts, so some clients are refused before "
			"they are asked for the code");
	snprintf(why, sizeof(why),
		"sshd ends a login before the module (timeout=%u) and a person who types are done; a "
		"code may be spent without a session",
		o.timeout);
	if (grace > 0 && grace < (long)o.timeout + 30)
		add(v, SSHD_GRACE, FINDING_WARNING, "sshd-grace", "120", why);
}

/* The folder /run/sshd is made when sshd starts. Without it sshd -T says nothing else. */
static void judge_stopped(struct view *v)
{
	bool systemd = access("/run/systemd/system", F_OK) == 0;
	bool debian = access("/lib/systemd/system/ssh.service", F_OK) == 0;

	findings_add(v->l, "sshd-unknown", FINDING_WARNING, CONFIG, 0,
		"sshd does not run, and without its folder /run/sshd it does not tell its "
		"settings. Start it%s:",
		systemd ? "" : ", or make the folder");
	if (systemd)
		findings_run(v->l, "systemctl start %s", debian ? "ssh" : "sshd");
	else
		findings_run(v->l, "mkdir -p /run/sshd");
}

/* "/etc/ssh/sshd_config line 3: Bad configuration option: x" has a place. */
static void judge_unknown(struct view *v)
{
	const struct sshd_place *methods = &v->sshd.of[SSHD_METHODS].counts;
	char *why = v->sshd.why, *line = strstr(why, " line "), *end = NULL;
	size_t number = line ? strtoul(line + strlen(" line "), &end, 10) : 0;
	bool placed = number > 0 && why[0] == '/' && end && end[0] == ':';
	bool bad_method = !placed && strstr(why, "authentication method") && methods->line;

	if (placed)
		line[line[-1] == ':' ? -1 : 0] = '\0';
	if (placed || bad_method) {
		findings_add(v->l, "sshd-unknown", FINDING_FAULT, placed ? why : methods->file,
			placed ? number : methods->line,
			"sshd does not start with this line: %s. Mend it, then run:",
			placed ? end + 2 : why);
		findings_run(v->l, "sshd -t");
		return;
	}
	if (strstr(why, "separation directory")) {
		judge_stopped(v);
		return;
	}
	findings_add(v->l, "sshd-unknown", FINDING_WARNING, CONFIG, 0,
		"sshd does not tell its settings: %s. Mend that first", why);
	findings_run(v->l, strstr(why, "hostkeys") ? "ssh-keygen -A" : "sshd -t");
}

/* A host that was upgraded may keep an old sshd_config. */
static void judge_include(struct view *v)
{
	if (v->sshd.includes_own || access(SSHD_OWN, F_OK) != 0)
		return;
	findings_add(v->l, "sshd-include", FINDING_FAULT, CONFIG, 0,
		"no Include names " SSHD_OWN
		", so sshd does not read it. Write as the first line:");
	findings_write(v->l, "Include /etc/ssh/sshd_config.d/*.conf");
}

/* Only a look with --user knows what a Match block says. */
static void judge_match(struct view *v)
{
	for (int s = 0; s < N_SSHD_SETTINGS && !v->user; s++) {
		const struct sshd_place *at = &v->sshd.of[s].differs;

		if (!at->line)
			continue;
		findings_add(v->l, "sshd-match", FINDING_NOTE, at->file, at->line,
			"%s is %s for some logins, by a Match block. For one of these users, run:",
			sshd_keyword((enum sshd_setting)s), at->value);
		findings_run(v->l, "aws-mfa doctor --pam sshd --user NAME");
	}
}

void judge_sshd(struct view *v)
{
	const struct sshd_settings *s = &v->sshd;
	size_t before = v->l->n[FINDING_FAULT] + v->l->n[FINDING_WARNING];

	if (!v->is_sshd)
		return;
	if (!s->known && strstr(s->why, "Disabled method") &&
		s->of[SSHD_KBD_INTERACTIVE].counts.line) {
		add(v, SSHD_KBD_INTERACTIVE, FINDING_FAULT, "sshd-kbd-interactive", "yes",
			"AuthenticationMethods needs it, so sshd does not start");
		return;
	}
	if (!s->known) {
		judge_unknown(v);
		return;
	}
	if (!sshd_is(s, SSHD_USE_PAM, "yes"))
		add(v, SSHD_USE_PAM, FINDING_FAULT, "sshd-pam", "yes",
			"sshd does not use the stack at all");
	if (!sshd_is(s, SSHD_KBD_INTERACTIVE, "yes"))
		add(v, SSHD_KBD_INTERACTIVE, FINDING_FAULT, "sshd-kbd-interactive", "yes",
			"sshd cannot ask for a code");
	if (sshd_is(s, SSHD_PASSWORD, "yes"))
		add(v, SSHD_PASSWORD, FINDING_WARNING, "sshd-password", "no",
			"sshd then gives the password as the answer to the question for the code");
	if (*s->of[SSHD_SERVICE].value && !sshd_is(s, SSHD_SERVICE, v->service))
		add(v, SSHD_SERVICE, FINDING_FAULT, "sshd-service", v->service,
			"sshd uses the stack of that service, not this one");
	judge_methods(v);
	if (v->l->n[FINDING_FAULT] + v->l->n[FINDING_WARNING] > before)
		judge_include(v);
	judge_match(v);
	judge_root(v);
	judge_times(v);
	if (v->l->n[FINDING_FAULT] + v->l->n[FINDING_WARNING] == before)
		findings_pass(v->l, "sshd", "sshd -T: %s, AuthenticationMethods %s", "UsePAM yes",
			s->of[SSHD_METHODS].value);
}
