#include "scene.h"

#include <err.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

static bool write_to(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	return f && fputs(text, f) >= 0 && fclose(f) == 0;
}

/* A user namespace in which we are root, for who is not. */
static bool become_root(void)
{
	unsigned uid = geteuid(), gid = getegid();
	char users[32], groups[32];

	snprintf(users, sizeof(users), "0 %u 1", uid);
	snprintf(groups, sizeof(groups), "0 %u 1", gid);
	return uid == 0 ||
		(unshare(CLONE_NEWUSER) == 0 && write_to("/proc/self/setgroups", "deny") &&
			write_to("/proc/self/uid_map", users) &&
			write_to("/proc/self/gid_map", groups));
}

bool scene_mount(const char *root)
{
	return become_root() && unshare(CLONE_NEWNS) == 0 &&
		mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
		mount("tmpfs", root, "tmpfs", 0, NULL) == 0;
}

static void make_folders(char *path)
{
	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(path, 0755) != 0 && errno != EEXIST)
			err(2, "%s", path);
		*slash = '/';
	}
}

static void unpack(const char *root, const char *path, size_t size)
{
	char whole[512], *bytes = malloc(size + 1);
	FILE *f;

	if (!bytes || fread(bytes, 1, size + 1, stdin) != size + 1)
		errx(2, "%s: cut off", path);
	snprintf(whole, sizeof(whole), "%s%s", root, path);
	make_folders(whole);
	if (whole[strlen(whole) - 1] != '/') {
		f = fopen(whole, "w");
		if (!f || fwrite(bytes, 1, size, f) != size || fclose(f) != 0)
			err(2, "%s", whole);
	}
	free(bytes);
}

bool scene_next(struct scene *s, const char *root)
{
	char line[512];
	size_t size;

	*s = (struct scene){.n_paths = 0};
	if (!fgets(line, sizeof(line), stdin))
		return false;
	if (sscanf(line, "scene %63s %63s %15s", s->name, s->service, s->calls) != 3)
		errx(2, "no scene: %s", line);
	while (fgets(line, sizeof(line), stdin) && strcmp(line, "end\n") != 0) {
		if (s->n_paths == 64 ||
			sscanf(line, "file %127s %zu", s->path[s->n_paths], &size) != 2)
			errx(2, "no file: %s", line);
		unpack(root, s->path[s->n_paths++], size);
	}
	return true;
}

void scene_remove(const struct scene *s, const char *root)
{
	char whole[512];

	for (int i = 0; i < s->n_paths; i++) {
		snprintf(whole, sizeof(whole), "%s%s", root, s->path[i]);
		for (char *slash = whole + strlen(whole); slash > whole + strlen(root);
			slash = strrchr(whole, '/')) {
			*slash = '\0';
			if (unlink(whole) != 0)
				rmdir(whole);
		}
	}
}

int scene_answer(int argc, const char **argv, char letter)
{
	for (int i = 0; i < argc; i++)
		if (argv[i][0] == letter && argv[i][1] == '=')
			return atoi(argv[i] + 2);
	return 0;
}

void scene_called(int argc, const char **argv, char letter)
{
	printf(" (%c", letter);
	for (int i = 0; i < argc; i++)
		printf("|%s", argv[i]);
	printf(")");
}
