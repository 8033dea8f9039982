#include "report.h"

#include "character.h"
#include "text/color.h"

#include <stdint.h>
#include <string.h>

#define INDENT 7

/* Prints words from column on, and returns the column behind the last one. */
struct pen {
	FILE *out;
	size_t columns; /* of a line */
	size_t column;
	size_t indent;      /* of further lines */
	const char *joiner; /* ends a line that goes on: " \" in a command, else "" */
	bool begun;         /* a word is on this line: a blank goes before the next one */
};

static struct pen pen_at(FILE *out, const struct report_look *look, size_t indent)
{
	size_t columns = look->columns;

	return (struct pen){.out = out,
		.columns = columns > 0 && columns < REPORT_COLUMNS ? columns : REPORT_COLUMNS,
		.column = indent,
		.indent = indent,
		.joiner = ""};
}

static void break_line(struct pen *p)
{
	fprintf(p->out, "%s\n%*s", p->joiner, (int)p->indent, "");
	p->column = p->indent;
	p->begun = false;
}

static void put_word(struct pen *p, const char *word, size_t len)
{
	size_t width = character_count(word, len) + p->begun;

	if (p->begun && p->column + width + strlen(p->joiner) > p->columns) {
		break_line(p);
		width--;
	}
	fprintf(p->out, "%s%.*s", p->begun ? " " : "", (int)len, word);
	p->column += width;
	p->begun = true;
}

/* The length of the next word. With quotes, a blank between '' does not end it. */
static size_t word_length(const char *text, bool quotes)
{
	bool quoted = false;
	size_t len = 0;

	for (; text[len] && (quoted || text[len] != ' '); len++)
		quoted = quotes && (text[len] == '\'') != quoted;
	return len;
}

static void put_text(struct pen *p, const char *text, bool quotes)
{
	while (*text) {
		size_t len = word_length(text, quotes);

		if (len > 0)
			put_word(p, text, len);
		text += len;
		text += strspn(text, " ");
	}
}

/* "~/.aws/credentials:4:" */
static void put_place(struct pen *p, const struct finding *f, const char *home)
{
	const char *path = f->file;
	size_t len = home ? strlen(home) : 0;
	bool below = len > 1 && strncmp(path, home, len) == 0 && path[len] == '/';
	char line[32] = "";
	char place[4096 + 64];

	if (f->line > 0)
		snprintf(line, sizeof(line), ":%zu", f->line);
	snprintf(
		place, sizeof(place), "%s%s%s:", below ? "~" : "", below ? path + len : path, line);
	put_word(p, place, strlen(place));
}

static const char *color(const struct report_look *look, const char *code)
{
	return look->color ? code : "";
}

static void label(FILE *out, const struct report_look *look, const char *code, const char *word)
{
	fprintf(out, "%s%s%s%*s", color(look, code), word, color(look, COLOR_END),
		INDENT - (int)strlen(word), "");
}

static void print_fix(FILE *out, const struct finding *f, const struct report_look *look)
{
	struct pen p = pen_at(out, look, INDENT);

	if (f->runs) {
		p.indent += 2;
		p.joiner = " \\";
	}
	fprintf(out, "\n%*s%s", INDENT, "", color(look, COLOR_BOLD));
	put_text(&p, f->fix, f->runs);
	fputs(color(look, COLOR_END), out);
}

static void print_finding(FILE *out, const struct finding *f, const struct report_look *look)
{
	static const struct {
		const char *word, *color;
	} labels[FINDING_LEVELS] = {
		[FINDING_NOTE] = {"note", COLOR_BOLD},
		[FINDING_WARNING] = {"WARN", COLOR_YELLOW},
		[FINDING_FAULT] = {"FAULT", COLOR_RED},
	};
	struct pen p = pen_at(out, look, INDENT);

	label(out, look, labels[f->level].color, labels[f->level].word);
	if (f->file)
		put_place(&p, f, look->home);
	put_text(&p, f->message, false);
	if (f->fix)
		print_fix(out, f, look);
	putc('\n', out);
}

static void print_passed(FILE *out, const struct findings *l, const struct report_look *look)
{
	struct pen p = pen_at(out, look, INDENT);
	char text[128];

	if (look->verbose) {
		for (const struct passed *a = l->passed; a; a = a->next) {
			label(out, look, COLOR_GREEN, "ok");
			p.column = INDENT;
			p.begun = false;
			put_text(&p, a->detail, false);
			putc('\n', out);
		}
		return;
	}
	if (l->n_passed == 0)
		return;
	label(out, look, COLOR_GREEN, "ok");
	snprintf(text, sizeof(text), "%zu check%s:", l->n_passed, l->n_passed == 1 ? "" : "s");
	put_text(&p, text, false);
	for (const struct passed *a = l->passed; a; a = a->next) {
		snprintf(text, sizeof(text), "%s%s", a->brief, a->next ? "," : "");
		put_text(&p, text, false);
	}
	put_text(&p, "(-v)", false);
	putc('\n', out);
}

void report_print(FILE *out, const struct findings *l, const struct report_look *look)
{
	size_t faults = l->n[FINDING_FAULT], warnings = l->n[FINDING_WARNING];
	char counted[2][32] = {"", ""}, text[160] = "Nothing to mend.";
	struct pen p = pen_at(out, look, 0);

	for (int level = FINDING_FAULT; level >= FINDING_NOTE; level--)
		for (const struct finding *f = l->first; f; f = f->next)
			if (f->level == (enum finding_level)level)
				print_finding(out, f, look);
	print_passed(out, l, look);
	if (faults > 0)
		snprintf(counted[0], sizeof(counted[0]), "%zu fault%s", faults,
			faults == 1 ? "" : "s");
	if (warnings > 0)
		snprintf(counted[1], sizeof(counted[1]), "%zu warning%s", warnings,
			warnings == 1 ? "" : "s");
	if (!findings_ok(l))
		snprintf(text, sizeof(text), "%s%s%s. Mend %s, then run %s again.", counted[0],
			faults > 0 && warnings > 0 ? " and " : "", counted[1],
			faults + warnings == 1 ? "it" : "them",
			look->again ? look->again : "doctor");
	put_text(&p, text, false);
	putc('\n', out);
}
