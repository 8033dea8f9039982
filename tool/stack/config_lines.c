#include "config_lines.h"

#include "file/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define DEEPEST 16
#define MANY 1000 /* so many files only come of circles */
#define BLANKS " \t\r"

struct config_walk {
	const struct config_syntax *syntax;
	const char *first; /* the file that the others are beside */
	config_line *told;
	void *data;
	int depth, n_files;
};

static void read_one(struct config_walk *w, const char *path);

static void include_pattern(struct config_walk *w, const char *pattern)
{
	glob_t found;

	if (glob(pattern, 0, NULL, &found) == 0)
		for (size_t i = 0; i < found.gl_pathc; i++)
			read_one(w, found.gl_pathv[i]);
	globfree(&found);
}

/* sudo leaves out the files of a folder that end with '~' or have a '.'. */
static void include_folder(struct config_walk *w, const char *path)
{
	char file[4096 + 1 + 256];
	struct dirent **names;
	int n = scandir(path, &names, NULL, alphasort);

	for (int i = 0; i < n; i++) {
		const char *name = names[i]->d_name;

		snprintf(file, sizeof(file), "%s/%s", path, name);
		if (!strchr(name, '.') && name[strlen(name) - 1] != '~')
			read_one(w, file);
		free(names[i]);
	}
	if (n >= 0)
		free(names);
}

static void include(struct config_walk *w, char *names)
{
	char *save = NULL;

	for (char *name = strtok_r(names, " \t\r\"", &save); name;
		name = strtok_r(NULL, " \t\r\"", &save)) {
		const char *slash = strrchr(w->first, '/');
		char path[4096];
		struct stat st;

		snprintf(path, sizeof(path), "%.*s%s",
			name[0] == '/' ? 0 : (int)(slash - w->first + 1), w->first, name);
		if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
			include_folder(w, path);
		else
			include_pattern(w, path);
	}
}

static void take_line(struct config_walk *w, const char *path, size_t number, char *line)
{
	char *word = line + strspn(line, BLANKS);
	size_t len = strcspn(word, BLANKS "=");
	char *rest = word + len;

	if (*rest) {
		*rest++ = '\0';
		rest += strspn(rest, BLANKS "=");
	}
	for (size_t end = strlen(rest); end > 0 && strchr(BLANKS, rest[end - 1]); end--)
		rest[end - 1] = '\0';
	for (const char *const *name = w->syntax->includes; *name; name++)
		if (strcasecmp(word, *name) == 0) {
			w->told(w->data, path, number, word, rest);
			include(w, rest);
			return;
		}
	if (*word && *word != '#')
		w->told(w->data, path, number, word, rest);
}

/* Ends the line with a NUL, joined to the next ones where it goes on. Returns what follows it. */
static char *end_line(const struct config_walk *w, char *line, size_t *lines)
{
	bool joins = w->syntax->joins && line[strspn(line, BLANKS)] != '#';

	for (*lines = 1;; ++*lines) {
		char *end = strchr(line, '\n');

		if (!end)
			return NULL;
		if (!joins || end == line || end[-1] != '\\') {
			*end = '\0';
			return end + 1;
		}
		end[-1] = *end = ' ';
		line = end + 1;
	}
}

static void read_one(struct config_walk *w, const char *path)
{
	bool reads = w->depth < DEEPEST && w->n_files++ < MANY;
	int fd = reads ? open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) : -1;
	struct secret bytes = {0};
	struct stat st;
	struct error e;
	size_t number = 1, lines;

	if (fd < 0)
		return;
	w->depth++;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
		file_read_fd(fd, path, &bytes, &st, &e) == STATUS_OK)
		for (char *line = bytes.data, *next; line; line = next) {
			next = end_line(w, line, &lines);
			take_line(w, path, number, line);
			number += lines;
		}
	w->depth--;
	close(fd);
	secret_free(&bytes);
}

void config_lines(
	const char *path, const struct config_syntax *syntax, config_line *told, void *data)
{
	struct config_walk w = {.syntax = syntax, .first = path, .told = told, .data = data};

	read_one(&w, path);
}
