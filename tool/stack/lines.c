#include "lines.h"

#include "word.h"

#include <stdlib.h>
#include <string.h>

const char *stack_type_name(enum stack_type type)
{
	static const char *const names[] = {"auth", "account", "session", "password"};

	return names[type];
}

bool lines_name_file(struct stack *s, const char **path)
{
	char **grown;

	for (size_t i = 0; i < s->n_files; i++)
		if (strcmp(s->file[i], *path) == 0) {
			*path = s->file[i];
			return true;
		}
	grown = realloc(s->file, (s->n_files + 2) * sizeof(*grown));
	if (!grown)
		return false;
	s->file = grown;
	grown[s->n_files] = strdup(*path);
	grown[s->n_files + 1] = NULL;
	if (!grown[s->n_files])
		return false;
	*path = grown[s->n_files++];
	return true;
}

static bool append(struct stack_lines *lines, struct stack_line *line)
{
	/* NOLINTNEXTLINE(bugprone-sizeof-expression): an array of pointers */
	struct stack_line **grown = realloc(lines->line, (lines->n + 1) * sizeof(*grown));

	if (!grown)
		return false;
	lines->line = grown;
	grown[lines->n++] = line;
	return true;
}

/* One block holds the line, the pointers to its words, and the words. */
bool lines_add(struct stack *s, bool other, const struct stack_line *line, char *arguments)
{
	size_t words = arguments ? strlen(arguments) + 1 : 0, n = 0;
	size_t name = line->module ? strlen(line->module) + 1 : 0;
	struct stack_lines *to = (other ? s->other : s->of) + line->type;
	struct stack_line *own =
		malloc(sizeof(*own) + (words / 2 + 2) * sizeof(char *) + name + words);
	char *text, *word;

	if (!own)
		return false;
	*own = *line;
	own->argument = (const char **)(own + 1);
	text = (char *)(own->argument + words / 2 + 2);
	if (line->module)
		own->module = memcpy(text, line->module, name);
	text += name;
	if (arguments)
		memcpy(text, arguments, words);
	for (char *rest = arguments ? text : NULL; (word = word_next(&rest));)
		own->argument[n++] = word;
	own->argument[n] = NULL;
	if (append(to, own))
		return true;
	free(own);
	return false;
}

void lines_choose(struct stack *s)
{
	for (int type = 0; type < N_STACK_TYPES; type++)
		if (s->of[type].n == 0) {
			s->of[type] = s->other[type];
			s->other[type] = (struct stack_lines){0};
			s->from_other[type] = true;
		}
}

static void free_lines(struct stack_lines *lines)
{
	for (size_t i = 0; i < lines->n; i++)
		free(lines->line[i]);
	free(lines->line);
}

void stack_free(struct stack *s)
{
	for (int type = 0; type < N_STACK_TYPES; type++) {
		free_lines(&s->of[type]);
		free_lines(&s->other[type]);
	}
	for (size_t i = 0; i < s->n_files; i++)
		free(s->file[i]);
	free(s->file);
	*s = (struct stack){0};
}
