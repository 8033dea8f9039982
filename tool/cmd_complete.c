/*
 * aws-mfa complete: what the completion functions of the shells run at each TAB. The command line
 * comes on standard input, as strings that each end with a NUL: a line may hold a code, and others
 * can see arguments.
 *
 *	bash       the line up to the cursor, and the part of it that bash replaces
 *	others     the words without quotes; the last one is the word to complete
 *
 * The first line of the answer is words, files, users, or command and the number of words before
 * the other command. Then each line is a word, and for the other shells a tab and its help.
 */
#include "command.h"
#include "completion.h"
#include "completion_bash.h"
#include "text/secret.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define INPUT_MAX 65536

struct offer {
	bool bash;
	struct bash_line line;
	char *text; /* what add() gives, until the first line is known */
	size_t size;
	FILE *out;
};

static void add(void *arg, const char *word, const char *help)
{
	struct offer *a = arg;
	char quoted[4096];

	if (!a->bash)
		fprintf(a->out, help ? "%s\t%s\n" : "%s\n", word, help);
	else if (bash_quote(&a->line, word, quoted, sizeof(quoted)))
		fprintf(a->out, "%s\n", quoted);
}

/* Reads all strings. A longer input is cut. */
static bool read_input(struct secret *input)
{
	ssize_t n;

	if (!secret_make(input, INPUT_MAX))
		return false;
	do {
		n = read(STDIN_FILENO, input->data + input->size, INPUT_MAX - input->size);
		input->size += n > 0 ? (size_t)n : 0;
	} while (n > 0);
	input->data[input->size] = '\0';
	return n == 0;
}

/* The strings of the other shells become the words of a line. */
static bool split(struct bash_line *l, const struct secret *input)
{
	*l = (struct bash_line){.words = calloc(input->size + 1, sizeof(*l->words))};
	for (size_t at = 0; l->words && at < input->size; at += strlen(input->data + at) + 1)
		l->words[l->n++] = input->data + at;
	return l->words;
}

static void print(const struct offer *a, enum completion_kind kind)
{
	static const char *const names[] = {[COMPLETION_WORDS] = "words",
		[COMPLETION_FILES] = "files",
		[COMPLETION_USERS] = "users"};
	size_t n = 0;

	if (kind == COMPLETION_COMMAND) {
		while (strcmp(a->line.words[n], "--") != 0)
			n++;
		printf("command %zu\n", n + 1);
	} else {
		printf("%s\n%s", names[kind], a->text);
	}
}

static enum status run(const struct command_line *line)
{
	struct offer a = {.bash = strcmp(line->operands[0], "bash") == 0};
	struct secret input = {0};
	bool good = read_input(&input);
	size_t first;

	/* A shell shows what a completion function says, so this says nothing. */
	if (good && a.bash) {
		first = strlen(input.data) + 1;
		good = bash_split(
			input.data, first <= input.size ? input.data + first : "", &a.line);
	} else if (good) {
		good = split(&a.line, &input);
	}
	a.out = good ? open_memstream(&a.text, &a.size) : NULL;
	if (a.out && a.line.n > 1) {
		enum completion_kind kind = completion_find(a.line.words + 1, a.line.n - 2,
			a.line.words[a.line.n - 1], a.bash, add, &a);

		if (fflush(a.out) == 0)
			print(&a, kind);
	}
	if (a.out)
		(void)fclose(a.out);
	free(a.text);
	free(a.line.words);
	free(a.line.text);
	secret_free(&input);
	return STATUS_OK;
}

const struct command cmd_complete = {
	.name = "complete",
	.run = run,
	.summary = "for the completion functions of shells",
	.help = "For the completion functions of shells.",
	.operand = "SHELL",
	.min_operands = 1,
	.max_operands = 1,
	.prints = true,
	.hidden = true,
};
