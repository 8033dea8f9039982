/* play-ours ROOT LIBPAM <SCENES: plays the scenes with our player, as the given libpam.so would. */
#include "file/file.h"
#include "scene.h"
#include "stack/play.h"

#include <ctype.h>
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

static bool is_module(const char *module, const char *name)
{
	return strcmp(module, name) == 0 || (module[0] == '/' && strcmp(module + 1, name) == 0);
}

static int answer(void *data, const struct stack_line *line, enum play_call call)
{
	char letter = *(const char *)data;
	int argc = 0;

	/* half.so has no functions for the second calls. */
	if (!is_module(line->module, "stub.so") &&
		!(is_module(line->module, "half.so") && call != PLAY_SETCRED &&
			call != PLAY_CLOSE_SESSION))
		return CODE_MODULE_UNKNOWN;
	while (line->argument[argc])
		argc++;
	scene_called(argc, line->argument, letter);
	return scene_answer(argc, line->argument, letter);
}

static void play(const struct scene *s, const char *root, const struct libpam *lib)
{
	static const char *const ends[] = {
		"0", "26", "crash", "hang", "unknown", "not read", /* enum stack_read */
	};
	struct stack stack;
	struct error e = {0};
	char letter;
	struct play p = {.stack = &stack, .lib = lib, .answer = answer, .data = &letter};
	enum stack_read rc = stack_read(&stack, root, s->service, lib, NULL, NULL, &e);

	printf("%s %s", s->name, ends[rc]);
	if (rc == STACK_READ && play_begin(&p)) {
		for (const char *call = s->calls; *call; call++) {
			letter = *call;
			printf(" =%d",
				play_call(&p,
					(enum play_call)(strchr(CALL_LETTERS, tolower(letter)) -
						CALL_LETTERS)));
		}
		play_end(&p);
	}
	printf("%s\n", e.text);
	stack_free(&stack);
}

int main(int argc, char **argv)
{
	struct secret bytes = {0};
	struct libpam lib;
	struct scene s;
	struct stat st;
	struct error e;
	int fd = argc == 3 ? open(argv[2], O_RDONLY) : -1;

	if (fd < 0 || file_read_fd(fd, argv[2], &bytes, &st, &e) != STATUS_OK)
		errx(2, "usage: play-ours ROOT LIBPAM <SCENES");
	libpam_recognize(&lib, bytes.data, bytes.size);
	secret_free(&bytes);
	scene_mount(argv[1]); /* else it is slower */
	while (scene_next(&s, argv[1])) {
		play(&s, argv[1], &lib);
		scene_remove(&s, argv[1]);
	}
	return fflush(stdout) != 0;
}
