/*
 * Scenes: PAM files, and the calls of an application. Two programs play the same scenes, one with
 * our player and one with libpam, and print the same lines if both agree.
 *
 * A file of scenes holds, for each scene:
 *
 *     scene NAME SERVICE CALLS
 *     file PATH SIZE          (SIZE bytes and a newline follow; a PATH with '/' at its end: a
 * folder) end
 *
 * CALLS: letters of CALL_LETTERS, in upper case with the flag PAM_SILENT. The modules of the scenes
 * take their answers from their arguments, such as "a=7" for auth and "A=0" with the flag.
 */
#ifndef TESTS_STACK_SCENE_H
#define TESTS_STACK_SCENE_H

#include <stdbool.h>

#define CALL_LETTERS "asmoc" /* auth, setcred, acct_mgmt, open and close_session */

struct scene {
	char name[64], service[64], calls[16];
	char path[64][128]; /* the files and folders */
	int n_paths;
};

/* Puts a file system in memory on root, in a mount namespace of its own. False and errno: it may
 * not. */
bool scene_mount(const char *root);

/* Reads the next scene from standard input and writes its files below root. False at the end. */
bool scene_next(struct scene *s, const char *root);
void scene_remove(const struct scene *s, const char *root);

/* The answer to the call with this letter that the arguments say, 0 if they say none. */
int scene_answer(int argc, const char **argv, char letter);

/* Prints one call of a module. */
void scene_called(int argc, const char **argv, char letter);

#endif
