#include "libpam.h"

#include "file/file.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *find(const char *bytes, size_t size, const char *text)
{
	return memmem(bytes, size, text, strlen(text) + 1);
}

/* Adds the folder that is the text at [begin, end), without a '/' at its end. */
static void add_folder(struct libpam *lib, const char *begin, const char *end)
{
	size_t n = 0, len = (size_t)(end - begin);

	while (n < 4 && lib->folders[n][0])
		n++;
	if (n < 4 && len < sizeof(lib->folders[n]))
		snprintf(lib->folders[n], sizeof(lib->folders[n]), "%.*s", (int)len, begin);
}

static void find_folders(struct libpam *lib, const char *bytes, size_t size, const char *ending)
{
	size_t len = strlen("/security");
	const char *at = bytes, *hit;

	while ((hit = find(at, size - (size_t)(at - bytes), ending))) {
		const char *begin = hit;

		while (begin > bytes && begin[-1])
			begin--;
		if (*begin == '/')
			add_folder(lib, begin, hit + len);
		at = hit + 1;
	}
}

void libpam_recognize(struct libpam *lib, const char *bytes, size_t size)
{
	*lib = (struct libpam){
		.debian = find(bytes, size, "@include"),
		.reads_long_lines = find(bytes, size, "(%s) argument vector allocation failed"),
		.limits_includes = find(bytes, size, "maximum level of inclusions reached"),
	};
	/* The first is looked into first. */
	find_folders(lib, bytes, size, "/security/");
	find_folders(lib, bytes, size, "/security");
}

bool libpam_find(struct libpam *lib, char *path, size_t size)
{
	void *handle = dlopen("libpam.so.0", RTLD_NOW | RTLD_LOCAL);
	struct link_map *map = NULL;
	struct secret bytes = {0};
	struct stat st;
	struct error e;
	bool found = false;
	int fd = -1;

	if (handle && dlinfo(handle, RTLD_DI_LINKMAP, &map) == 0) {
		snprintf(path, size, "%s", map->l_name);
		fd = open(path, O_RDONLY | O_CLOEXEC);
	}
	if (fd >= 0 && file_read_fd(fd, path, &bytes, &st, &e) == STATUS_OK) {
		libpam_recognize(lib, bytes.data, bytes.size);
		found = true;
	}
	secret_free(&bytes);
	if (fd >= 0)
		close(fd);
	if (handle)
		dlclose(handle);
	return found;
}
