#include "check.h"

#include "command_output.h"
#include "installed.h"
#include "judge.h"
#include "paths.h"
#include "table.h"
#include "text/shell.h"

#include <pwd.h>
#include <string.h>
#include <unistd.h>

static void on_line(void *data, const char *file, unsigned number, const char *what)
{
	struct view *v = data;
	char word[4096];

	findings_add(v->l, "stack-line", FINDING_FAULT, file, number, "this line %s", what);
	if (strstr(what, "CR LF") && shell_quote(file, strlen(file), word, sizeof(word)))
		findings_run(v->l, "sed -i 's/\\r$//' %s", word);
}

/* Nobody gets in, or nobody can tell. libpam tells no application why. */
static void judge_unread(struct view *v, enum stack_read rc)
{
	static const char *const whys[] = {
		[STACK_REFUSED] = "libpam refuses to start, so nobody gets in",
		[STACK_CRASHES] = "libpam crashes, so nobody gets in",
		[STACK_HANGS] = "libpam never comes back, so nobody gets in",
		[STACK_UNKNOWN] = "nobody can tell who gets in",
	};
	bool none = v->stack.n_files == 0, named = findings_have(v->l, "stack-line");

	findings_add(v->l, "stack-unread", FINDING_FAULT, none ? "/etc/pam.d" : v->stack.file[0], 0,
		"%s%s", whys[rc],
		none            ? ": there is no such service, and no file other. Make one"
			: named ? ". Mend the line that is named above"
				: "");
}

/* Does a line that libpam cannot read name the module? */
static bool is_named_in_vain(const struct view *v)
{
	const struct stack_lines *auth = &v->stack.of[STACK_AUTH];
	bool named = false;

	for (size_t i = 0; i < auth->n; i++)
		named = named ||
			(auth->line[i]->kind == STACK_MUST_FAIL && auth->line[i]->module &&
				strstr(auth->line[i]->module, "pam_aws_mfa.so"));
	return named;
}

/* A line that is written wrongly is the fault, if there is one. */
static void judge_without_module(struct view *v)
{
	bool other = v->stack.from_other[STACK_AUTH];

	judge_installed(v);
	if (findings_have(v->l, "module-misspelt") || is_named_in_vain(v))
		return;
	findings_add(v->l, "stack-without-module", FINDING_FAULT,
		v->stack.n_files ? v->stack.file[0] : "/etc/pam.d", 0,
		"%s%s%sno auth line of %s names pam_aws_mfa.so, so nobody is asked for a code. Files "
		"to copy are in " AWS_MFA_STACKS_PATH "; see pam_aws_mfa(8), SETTING UP",
		other ? "the stack of " : "", other ? v->service : "",
		other ? " comes from the service other, as it has no auth line of its own: " : "",
		other ? "it" : v->service);
}

static void judge(struct view *v)
{
	if (!ours_first(&v->stack, STACK_AUTH)) {
		judge_without_module(v);
		return;
	}
	judge_lines(v);
	judge_ways(v);
	judge_guessing(v);
	if (!*v->root) {
		judge_sshd(v);
		judge_sudo(v);
		judge_unit(v);
		judge_keystore_host(v);
	}
	judge_installed(v);
	table_add(v);
}

/* For people: what the player needs to know it finds in the library. */
static void ask_version(struct view *v)
{
	static const char *const paths[] = {"/usr/bin/dpkg-query", NULL};
	const char *argv[] = {command_find(paths), "-Wf${Version}", "libpam0g", NULL};
	struct secret out = {0};
	char why[64];

	if (argv[0] && command_output(argv, &out, why, sizeof(why)) &&
		out.size < sizeof(v->lib_version))
		memcpy(v->lib_version, out.data, strcspn(out.data, "-+"));
	secret_free(&out);
}

static enum status look(struct view *v, const struct stack_question *q, struct error *e)
{
	enum stack_read rc;

	if (!libpam_find(&v->lib, v->lib_path, sizeof(v->lib_path)))
		return error_set(
			e, STATUS_SYSTEM, "there is no libpam.so.0 here, so no program uses PAM");
	rc = stack_read(&v->stack, v->root, v->service, &v->lib, on_line, v, e);
	if (rc == STACK_NOT_READ)
		return STATUS_SYSTEM;
	if (rc != STACK_READ) {
		judge_unread(v, rc);
		return STATUS_OK;
	}
	installed_mark(&v->stack, v->root, &v->lib);
	if (v->is_sshd && !*v->root)
		sshd_ask(&v->sshd, v->user);
	if (q->table)
		ask_version(v);
	if (!view_play(v))
		return error_set(e, STATUS_SYSTEM, "no memory");
	if (q->table)
		table_print(q->table, v, q->color);
	judge(v);
	return STATUS_OK;
}

enum status stack_check(struct findings *l, const struct stack_question *q, struct error *e)
{
	struct view v = {.l = l, .service = q->service, .user = q->user, .root = q->root};
	enum status rc;

	if (!*q->service || strchr(q->service, '/'))
		return error_set(e, STATUS_USAGE, "--pam: name a file of /etc/pam.d, such as sshd");
	if (q->user && (!*q->user || strpbrk(q->user, ",/") || q->user[0] == '-'))
		return error_set(e, STATUS_USAGE, "--user: is no name of a user");
	if (q->user && !*q->root && !getpwnam(q->user))
		return error_set(e, STATUS_USAGE, "--user: there is no user '%s' here", q->user);
	if (!*q->root && geteuid() != 0)
		return error_set(e, STATUS_SYSTEM,
			"--pam: only root can read all that decides; run: sudo aws-mfa doctor --pam %s",
			q->service);
	v.is_sshd = strcmp(q->service, "sshd") == 0 || (!*q->root && sshd_serves(q->service));
	v.is_sudo = strncmp(q->service, "sudo", strlen("sudo")) == 0;
	v.is_su = !v.is_sudo && strncmp(q->service, "su", strlen("su")) == 0;
	rc = look(&v, q, e);
	stack_free(&v.stack);
	return rc;
}
