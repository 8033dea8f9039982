#include "stack.h"

#include "assemble.h"
#include "file/file.h"
#include "lines.h"
#include "pam_folders.h"
#include "word.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEEPEST 16  /* libpam's PAM_SUBSTACK_MAX_LEVEL */
#define ENDLESS 300 /* so many nested files only come of a circle */
#define MANY 100000 /* so many lines and files only come of circles; libpam would need years */

struct stack_reader {
	struct stack *stack;
	const char *root, *service;
	const struct libpam *lib;
	stack_told *told;
	void *data;
	struct error *e;
	size_t n_lines;
};

/* One file that is being read. */
struct open_file {
	const char *path;    /* without the root */
	const char *service; /* NULL: the first word of each line (pam.conf) */
	int type;            /* an enum stack_type: other lines are skipped */
	int level, depth;
	unsigned number;
	struct control control; /* of the last line that had one */
};

static enum stack_read read_file(struct stack_reader *r, const struct open_file *as, int fd);

static void tell(const struct stack_reader *r, const struct open_file *in, const char *what)
{
	if (r->told)
		r->told(r->data, in->path, in->number, what);
}

static enum stack_read no_memory(const struct stack_reader *r)
{
	error_set(r->e, STATUS_SYSTEM, "no memory");
	return STACK_NOT_READ;
}

/* A descriptor; or -1 and errno. */
static int open_below(const char *root, const char *path)
{
	char whole[4096];

	if ((size_t)snprintf(whole, sizeof(whole), "%s%s", root, path) >= sizeof(whole)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	return open(whole, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
}

static bool is_folder(const char *root, const char *path)
{
	struct stat st;
	int fd = open_below(root, path);
	bool is = fd >= 0 && fstat(fd, &st) == 0 && S_ISDIR(st.st_mode);

	if (fd >= 0)
		close(fd);
	return is;
}

/* Reads FOLDER/NAME, or NAME if folder is NULL. STACK_REFUSED and *missing if it is not there. */
static enum stack_read read_named(struct stack_reader *r, const char *folder, const char *name,
	const struct open_file *as, bool *missing)
{
	struct open_file in = *as;
	enum stack_read rc = STACK_REFUSED;
	char *path = NULL;
	int fd;

	*missing = false;
	if (asprintf(&path, "%s%s%s", folder ? folder : "", folder ? "/" : "", name) < 0)
		return no_memory(r);
	fd = open_below(r->root, path);
	*missing = fd < 0;
	in.path = path;
	if (fd >= 0)
		rc = read_file(r, &in, fd);
	free(path);
	return rc;
}

/* Looks in both folders, as libpam does for a service. */
static enum stack_read read_service(
	struct stack_reader *r, const char *name, const struct open_file *as, bool *missing)
{
	enum stack_read rc = read_named(r, PAM_ETC, name, as, missing);

	return *missing ? read_named(r, PAM_USR, name, as, missing) : rc;
}

static bool is_too_deep(const struct stack_reader *r, const struct open_file *in)
{
	return (r->lib->limits_includes ? in->depth : in->level) >= DEEPEST;
}

/* Reads an included file. */
static enum stack_read include(struct stack_reader *r, const struct open_file *as, const char *name)
{
	bool missing = false;
	enum stack_read rc;
	char text[512];

	if (r->n_lines++ > MANY)
		return STACK_HANGS;
	if (as->depth >= ENDLESS) {
		tell(r, as, "includes itself without end, and libpam crashes");
		return STACK_CRASHES;
	}
	/* Debian's patch looks at the first letter of a name that may not be there. */
	if (!name && r->lib->debian) {
		tell(r, as, "names no file, and libpam crashes");
		return STACK_CRASHES;
	}
	if (!name || is_too_deep(r, as)) {
		tell(r, as, name ? "is nested too deeply" : "names no file");
		return STACK_REFUSED;
	}
	if (name[0] == '/')
		rc = read_named(r, NULL, name, as, &missing);
	else if (!r->lib->debian)
		rc = read_service(r, name, as, &missing);
	else if (is_folder(r->root, PAM_ETC))
		rc = read_named(r, PAM_ETC, name, as, &missing);
	else
		rc = STACK_REFUSED;
	if (missing) {
		snprintf(text, sizeof(text), "names a file that is not there: %s", name);
		tell(r, as, text);
	}
	return rc;
}

/* libpam's name for logs must not be empty: "x.so" for "/a/x.so". */
static bool has_name(const char *module)
{
	const char *slash = strrchr(module, '/'), *name = slash ? slash + 1 : module;
	const char *dot = strrchr(name, '.');
	size_t len = dot ? (size_t)(dot - name) : strlen(name);

	return len > 0 && !(len == 1 && name[0] == '?');
}

static enum stack_read add(struct stack_reader *r, const struct open_file *in,
	struct stack_line *line, char *arguments)
{
	bool other = in->service && strcasecmp(in->service, "other") == 0;

	/* libpam keeps half of such a line, also where the file is only an included one. */
	if (in->type != STACK_ANY && line->module && !has_name(line->module)) {
		tell(r, in, "names a module without a name, so nobody can tell what libpam does");
		return STACK_UNKNOWN;
	}
	if (line->type == STACK_ANY || (line->module && !has_name(line->module))) {
		tell(r, in, "makes libpam give up the whole stack");
		return STACK_REFUSED;
	}
	if (r->n_lines++ > MANY)
		return STACK_HANGS;
	line->file = in->path;
	line->number = in->number;
	line->level = in->level;
	return lines_add(r->stack, other, line, arguments) ? STACK_READ : no_memory(r);
}

/* The words of one line. */
struct line_words {
	char *rest;
	bool silent, at_include, include, substack;
};

static int type_of(
	struct stack_reader *r, struct open_file *in, struct line_words *w, enum stack_kind *kind)
{
	char *word = word_next(&w->rest);

	w->silent = word && word[0] == '-';
	if (w->silent)
		word++;
	for (int type = 0; word && type < N_STACK_TYPES; type++)
		if (strcasecmp(word, stack_type_name((enum stack_type)type)) == 0)
			return type;
	if (word && r->lib->debian && strcasecmp(word, "@include") == 0) {
		w->include = w->at_include = true;
		return in->type;
	}
	*kind = STACK_MUST_FAIL;
	tell(r, in,
		word ? "begins with no type of PAM (auth, account, session, password), so it fails"
		     : "is empty, so it fails");
	return in->type != STACK_ANY ? in->type : STACK_AUTH;
}

static void take_control(
	struct stack_reader *r, struct open_file *in, struct line_words *w, enum stack_kind *kind)
{
	const char *word = word_next(&w->rest), *wrong;
	char text[256];

	w->substack = word && strcasecmp(word, "substack") == 0;
	w->include = w->substack || (word && strcasecmp(word, "include") == 0);
	for (int code = 0; code < N_CODES; code++)
		in->control.action[code] = ACTION_UNSET;
	if (w->include)
		return;
	if (!word) {
		control_default(&in->control, ACTION_BAD);
		*kind = STACK_MUST_FAIL;
		tell(r, in, "has no control such as \"required\", so it fails");
		return;
	}
	wrong = control_parse(&in->control, word, r->lib);
	if (wrong) {
		snprintf(text, sizeof(text),
			"has a control that libpam cannot read (in \"%.80s\" a word %s), so it fails",
			word, wrong);
		tell(r, in, text);
	}
}

static bool has_control(const struct open_file *in)
{
	return in->control.action[CODE_SUCCESS] != ACTION_UNSET ||
		in->control.action[CODE_AUTH_ERR] != ACTION_UNSET;
}

/* An include that failed is a line that must fail. */
static enum stack_read take_include(struct stack_reader *r, struct open_file *in,
	const struct line_words *w, int type, const char *name)
{
	struct stack_line line = {.type = (enum stack_type)type, .control = in->control};
	struct open_file as = *in;
	enum stack_read rc = STACK_READ;

	if (w->substack) {
		line.kind = STACK_SUBSTACK;
		line.module = name;
		rc = add(r, in, &line, NULL);
	}
	as.type = type;
	as.depth++;
	as.level += w->substack;
	if (rc != STACK_READ)
		return rc;
	rc = include(r, &as, name);
	if (rc != STACK_REFUSED || type == STACK_ANY)
		return rc;
	/* The control of this line is that of the line before it, if there is one. */
	if (w->at_include && !has_control(in)) {
		tell(r, in, "fails in an included file, so nobody can tell what libpam does");
		return STACK_UNKNOWN;
	}
	line.kind = STACK_MUST_FAIL;
	line.module = NULL;
	control_default(&line.control, ACTION_BAD);
	return add(r, in, &line, NULL);
}

static enum stack_read take_line(struct stack_reader *r, struct open_file *in, char *text)
{
	struct stack_line line = {.kind = STACK_MODULE};
	struct line_words w = {.rest = text};
	struct open_file of = *in;
	int type;

	if (!in->service) {
		of.service = word_next(&w.rest);
		if (!of.service ||
			(strcasecmp(of.service, r->service) != 0 &&
				strcasecmp(of.service, "other") != 0))
			return STACK_READ;
	}
	type = type_of(r, &of, &w, &line.kind);
	if (in->type != STACK_ANY && type != in->type)
		return STACK_READ;
	if (!w.at_include)
		take_control(r, &of, &w, &line.kind);
	in->control = of.control;
	line.module = word_next(&w.rest);
	if (w.include)
		return take_include(r, &of, &w, type, line.module);
	if (!line.module) {
		line.kind = STACK_MUST_FAIL;
		tell(r, &of, "names no module, so it fails");
	}
	line.type = (enum stack_type)type;
	line.control = of.control;
	line.silent = w.silent;
	return add(r, &of, &line, w.rest);
}

static enum stack_read read_lines(
	struct stack_reader *r, struct open_file *in, const struct secret *bytes)
{
	struct assembler a;
	enum stack_read rc = STACK_READ;
	enum assembled got = ASSEMBLED;
	bool has_cr = false;

	if (!assemble_begin(&a, r->lib, bytes))
		return no_memory(r);
	while (rc == STACK_READ && (got = assemble_next(&a)) == ASSEMBLED) {
		in->number = a.first;
		if (a.cut)
			tell(r, in,
				"is longer than this libpam reads: the rest is a line of its own");
		if (!has_cr && strstr(a.text, "\r\n")) {
			has_cr = true;
			tell(r, in, "ends with CR LF, and PAM takes the CR for a part of the word");
		}
		rc = take_line(r, in, a.text);
	}
	in->number = a.number;
	if (rc == STACK_READ && got == ASSEMBLED_HANGS) {
		tell(r, in, "is so long that libpam never comes back");
		rc = STACK_HANGS;
	} else if (rc == STACK_READ && got == ASSEMBLED_BROKEN) {
		tell(r, in, "ends after a backslash, so libpam gives up");
		rc = STACK_REFUSED;
	}
	assemble_end(&a);
	return rc;
}

/* Reads the open file, and closes it first: nested files must not use up the descriptors. */
static enum stack_read read_file(struct stack_reader *r, const struct open_file *as, int fd)
{
	struct open_file in = *as;
	struct secret bytes = {0};
	enum stack_read rc = STACK_READ;
	struct stat st;

	for (int code = 0; code < N_CODES; code++)
		in.control.action[code] = ACTION_UNSET;
	/* To libpam a folder is an empty file. */
	if (fstat(fd, &st) != 0 || !S_ISDIR(st.st_mode))
		if (file_read_fd(fd, in.path, &bytes, &st, r->e) != STATUS_OK)
			rc = STACK_NOT_READ;
	close(fd);
	if (rc == STACK_READ && !lines_name_file(r->stack, &in.path))
		rc = no_memory(r);
	if (rc == STACK_READ)
		rc = read_lines(r, &in, &bytes);
	secret_free(&bytes);
	return rc;
}

static enum stack_read read_folders(struct stack_reader *r)
{
	struct open_file as = {.service = r->service, .type = STACK_ANY};
	bool missing, no_other;
	enum stack_read rc = read_service(r, r->service, &as, &missing);

	if (rc != STACK_READ && !missing)
		return rc;
	as.service = "other";
	rc = read_service(r, as.service, &as, &no_other);
	return no_other && !missing ? STACK_READ : rc;
}

enum stack_read stack_read(struct stack *s, const char *root, const char *service,
	const struct libpam *lib, stack_told *told, void *data, struct error *e)
{
	const char *slash = strrchr(service, '/');
	struct open_file conf = {.type = STACK_ANY};
	struct stack_reader r = {s, root, NULL, lib, told, data, e, 0};
	char *name = strdup(slash ? slash + 1 : service);
	enum stack_read rc;
	bool missing;

	*s = (struct stack){0};
	if (!name)
		return no_memory(&r);
	for (char *c = name; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	r.service = name;
	if (is_folder(root, PAM_ETC) || is_folder(root, PAM_USR))
		rc = read_folders(&r);
	else
		rc = read_named(&r, NULL, "/etc/pam.conf", &conf, &missing);
	lines_choose(s);
	free(name);
	return rc;
}
