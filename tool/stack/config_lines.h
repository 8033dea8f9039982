/* Reads the lines of a configuration of sshd or sudo, also of the files that it includes. */
#ifndef AWS_MFA_STACK_CONFIG_LINES_H
#define AWS_MFA_STACK_CONFIG_LINES_H

#include <stdbool.h>
#include <stddef.h>

/* rest: what follows the first word. Both may be changed until it returns. */
typedef void config_line(void *data, const char *file, size_t number, char *word, char *rest);

/*
 * How a program reads its file. sudo joins a line that ends with a backslash to the next one; a
 * comment is not joined.
 */
struct config_syntax {
	const char *const *includes; /* up to NULL */
	bool joins;
};

/*
 * Calls told for each line of the file that is no comment. A line that begins with a word of
 * includes, in upper or lower case, names more files: a pattern of glob(7). Without '/' in front,
 * the pattern is below the folder of the first file. A folder stands for its files, as sudo reads
 * them. told gets the include line, too, before the lines of its files.
 */
void config_lines(
	const char *path, const struct config_syntax *syntax, config_line *told, void *data);

#endif
