#include "judge.h"

#include "installed.h"
#include "paths.h"
#include "text/shell.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define MODE 0711 /* only root can read, and so trace, such a program */

#define NAME "pam_aws_mfa.so"

/* Users may change the file, and so decide who gets in. */
static void judge_rights(struct view *v, const char *path)
{
	char word[4096 * 2];
	struct stat st;

	if (*v->root || stat(path, &st) != 0)
		return;
	if (st.st_uid == 0 && !(st.st_mode & S_IWOTH) &&
		(!(st.st_mode & S_IWGRP) || st.st_gid == 0))
		return;
	findings_add(v->l, "stack-rights", FINDING_FAULT, path, 0,
		"others than root can change it, and so let themselves in (mode %04o, uid %u)",
		(unsigned)st.st_mode & 07777, (unsigned)st.st_uid);
	if (shell_quote(path, strlen(path), word, sizeof(word)))
		findings_run(v->l, "chown root:root %s && chmod go-w %s", word, word);
}

static void judge_missing(struct view *v, const struct stack_line *line)
{
	char path[4096];

	if (line->module[0] == '/' && installed_find(NAME, v->root, &v->lib, path, sizeof(path)))
		judge_at(v, "module-missing", FINDING_FAULT, line,
			"libpam finds no %s; the module is %s. Write " NAME, line->module, path);
	else
		judge_at(v, "module-missing", FINDING_FAULT, line,
			"libpam finds no %s, so it %s. It looks in %s. Install the module there: make "
			"install PAMDIR=%s",
			line->module,
			line->control.action[CODE_MODULE_UNKNOWN] == ACTION_IGNORE
				? "asks nobody for a code"
				: "refuses every login",
			v->lib.folders[0], v->lib.folders[0]);
}

static void judge_module(struct view *v, const struct stack_line *line)
{
	char path[4096], why[512];

	if (!installed_find(line->module, v->root, &v->lib, path, sizeof(path)))
		return;
	judge_rights(v, path);
	if (installed_loads(path, why, sizeof(why)))
		findings_pass(v->l, "module", "%s can be loaded", path);
	else
		findings_add(v->l, "module-broken", FINDING_FAULT, path, 0,
			"libpam cannot load it: %s. Install it again", why);
}

static void judge_program(struct view *v, const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0) {
		findings_add(v->l, "program-missing", FINDING_FAULT, path, 0,
			"%s: every login fails. Install it again", strerror(errno));
		return;
	}
	if (!(st.st_mode & S_IXOTH)) {
		findings_add(v->l, "program-mode", FINDING_FAULT, path, 0,
			"no user can run it (mode %04o), so every login fails",
			(unsigned)st.st_mode & 07777);
		findings_run(v->l, "chown root:root %s && chmod 0711 %s", path, path);
		return;
	}
	if ((st.st_mode & 07777) != MODE || st.st_uid != 0) {
		findings_add(v->l, "program-mode", FINDING_WARNING, path, 0,
			"its mode must be 0711 and its owner root: then no user can trace what a login "
			"runs");
		findings_run(v->l, "chown root:root %s && chmod 0711 %s", path, path);
		return;
	}
	findings_pass(v->l, strrchr(path, '/') + 1, "%s has the mode 0711", path);
}

/* pam_aws-mfa.so, but also pam_aws_mfa without ".so" */
static bool looks_like_ours(const char *module)
{
	const char *slash = strrchr(module, '/'), *name = slash ? slash + 1 : module;

	return strstr(name, "aws") && strstr(name, "mfa") && strcmp(name, NAME) != 0;
}

/* The modules of others. */
static void judge_others(struct view *v)
{
	for (int type = 0; type < N_STACK_TYPES; type++)
		for (size_t i = 0; i < v->stack.of[type].n; i++) {
			const struct stack_line *line = v->stack.of[type].line[i];

			if (line->missing && looks_like_ours(line->module))
				judge_at(v, "module-misspelt", FINDING_FAULT, line,
					"libpam finds no %s. Write " NAME, line->module);
			else if (line->missing && !line->silent && !ours_is(line))
				judge_at(v, "module-of-others", FINDING_WARNING, line,
					"libpam finds no %s. Install it, or take the line out",
					line->module);
		}
}

/* Each line that leads nowhere; then the module that the others lead to. */
static void judge_ours(struct view *v)
{
	const struct stack_line *found = NULL;
	size_t before = v->l->n[FINDING_FAULT];

	for (int type = 0; type < N_STACK_TYPES; type++)
		for (size_t i = 0; i < v->stack.of[type].n; i++) {
			const struct stack_line *line = v->stack.of[type].line[i];

			if (!ours_is(line))
				continue;
			if (!line->missing)
				found = found ? found : line;
			else if (line->module[0] == '/' || v->l->n[FINDING_FAULT] == before)
				judge_missing(v, line);
		}
	if (found && !*v->root)
		judge_module(v, found);
}

void judge_installed(struct view *v)
{
	judge_ours(v);
	judge_others(v);
	if (*v->root)
		return;
	for (size_t i = 0; i < v->stack.n_files; i++)
		judge_rights(v, v->stack.file[i]);
	judge_program(v, AWS_MFA_PATH);
	judge_program(v, AWS_MFA_STS_PATH);
}
