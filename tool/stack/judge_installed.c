#include "judge.h"

#include "installed.h"
#include "paths.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define MODE 0711 /* only root can read, and so trace, such a program */

static void judge_module(struct view *v, const struct stack_line *line)
{
	char path[4096], why[512];

	if (!installed_find(line->module, v->root, &v->lib, path, sizeof(path))) {
		judge_at(v, "module-missing", FINDING_FAULT, line,
			"libpam finds no %s, so it %s. It looks in %s. Install the module there: make "
			"install PAMDIR=%s",
			line->module,
			line->control.action[CODE_MODULE_UNKNOWN] == ACTION_IGNORE
				? "asks nobody for a code"
				: "refuses every login",
			v->lib.folders[0], v->lib.folders[0]);
		return;
	}
	if (*v->root)
		return;
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
	if ((st.st_mode & 07777) != MODE || st.st_uid != 0) {
		findings_add(v->l, "program-mode", FINDING_WARNING, path, 0,
			"its mode must be 0711 and its owner root: then no user can trace what a login "
			"runs");
		findings_run(v->l, "chown root:root %s && chmod 0711 %s", path, path);
		return;
	}
	findings_pass(v->l, strrchr(path, '/') + 1, "%s has the mode 0711", path);
}

/* The modules of others. */
static void judge_others(struct view *v)
{
	for (int type = 0; type < N_STACK_TYPES; type++)
		for (size_t i = 0; i < v->stack.of[type].n; i++) {
			const struct stack_line *line = v->stack.of[type].line[i];

			if (line->missing && !line->silent && !ours_is(line))
				judge_at(v, "module-of-others", FINDING_WARNING, line,
					"libpam finds no %s. Install it, or take the line out",
					line->module);
		}
}

void judge_installed(struct view *v)
{
	const struct stack_line *line = NULL;

	for (int type = 0; type < N_STACK_TYPES && !line; type++)
		line = ours_first(&v->stack, (enum stack_type)type);
	if (line)
		judge_module(v, line);
	judge_others(v);
	if (*v->root)
		return;
	judge_program(v, AWS_MFA_PATH);
	judge_program(v, AWS_MFA_STS_PATH);
}
