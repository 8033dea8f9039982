#include "table.h"

#include "others.h"
#include "text/color.h"

#include <string.h>

#define WAY_COLUMNS 24

static const int columns[N_OUTCOMES_SHOWN] = {12, 7, 15, 9, 8};

/* In without a code that AWS has accepted. */
static bool is_loud(const struct view *v, const struct ways_end *end)
{
	return end->in && (end->factors == 0 || (v->decides && !end->auth.accepted));
}

static void print_cell(
	FILE *out, const struct view *v, const struct ways_end *end, int width, bool color)
{
	bool loud = is_loud(v, end);
	char text[16] = "out";

	if (end->in)
		snprintf(text, sizeof(text), "%s %u", loud ? "IN" : "in", end->factors);
	if (width < 0)
		width = (int)strlen(text);
	fprintf(out, "%s%s%s%*s", loud && color ? COLOR_RED : "", text,
		loud && color ? COLOR_END : "", width - (int)strlen(text), "");
}

static void print_way(FILE *out, const struct view *v, enum way way, bool color)
{
	fprintf(out, "%-*s", WAY_COLUMNS, way_name(way));
	if (!v->allowed[way] && way != WAY_BOTH) {
		fputs("not a way in: sshd's settings\n", out);
		return;
	}
	for (int o = 0; o < N_OUTCOMES_SHOWN; o++)
		print_cell(
			out, v, &v->end[way][o], o + 1 < N_OUTCOMES_SHOWN ? columns[o] : -1, color);
	putc('\n', out);
}

/* Some users pass by the module: the numbers are theirs, since they are the lowest. */
static void print_exemption(FILE *out, const struct view *v)
{
	for (int way = 0; way < N_WAYS; way++) {
		const struct ways_end *end = &v->end[way][OUTCOME_WRONG];
		const struct stack_line *by =
			ways_passed_by(&v->stack, way == WAY_KEY ? &end->account : &end->auth);
		size_t len;

		if (!v->allowed[way] || !end->in || !ways_is_exemption(by))
			continue;
		fprintf(out,
			"%.*s (:%u) exempts some users from the code: the numbers are theirs.\n",
			(int)strcspn(others_name(by, &len), "."), others_name(by, &len),
			by->number);
		return;
	}
}

static void print_played(FILE *out, const struct view *v)
{
	const char *version = v->lib.reads_long_lines ? "1.6 or later" : "before 1.6";
	size_t more = v->stack.n_files > 0 ? v->stack.n_files - 1 : 0;

	fprintf(out, "Played: %s", more + 1 == 0 || !v->stack.file ? v->service : v->stack.file[0]);
	if (more > 0)
		fprintf(out, " + %zu more file%s", more, more == 1 ? "" : "s");
	if (*v->lib_version)
		version = v->lib_version;
	fprintf(out, " as libpam %s%s%s\n", version, v->lib.debian ? " (Debian)" : "",
		v->is_sshd && v->sshd.known ? ", sshd -T" : "");
}

void table_print(FILE *out, const struct view *v, bool color)
{
	print_played(out, v);
	if (!ours_first(&v->stack, STACK_AUTH))
		return;
	fprintf(out, "%-*s", WAY_COLUMNS, "number = factors proved");
	for (int o = 0; o < N_OUTCOMES_SHOWN; o++)
		fprintf(out, "%-*s", o + 1 < N_OUTCOMES_SHOWN ? columns[o] : 0,
			outcome_name((enum outcome)o));
	putc('\n', out);
	for (int way = 0; way < N_WAYS; way++)
		if (v->is_sshd || way == WAY_PROMPT)
			print_way(out, v, (enum way)way, color);
	print_exemption(out, v);
	putc('\n', out);
}

void table_add(struct view *v)
{
	if (!ours_first(&v->stack, STACK_AUTH))
		return;
	for (int way = 0; way < N_WAYS; way++)
		for (int o = 0; o < N_OUTCOMES; o++) {
			const struct ways_end *end = &v->end[way][o];

			if (v->allowed[way] && (o != OUTCOME_EXEMPT || v->exempts))
				findings_way_in(v->l, way_name((enum way)way),
					outcome_name((enum outcome)o), end->in ? "in" : "out",
					end->in ? end->factors : 0);
		}
}
