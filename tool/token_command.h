/* Runs a program of the user that prints an MFA code, such as ykman, op or pass. */
#ifndef AWS_MFA_TOKEN_COMMAND_H
#define AWS_MFA_TOKEN_COMMAND_H

#include "error.h"
#include "prompt.h"
#include "text/secret.h"

/* Seconds that it may take: to touch a key, or to type a password. */
#ifndef TOKEN_COMMAND_SECONDS
#define TOKEN_COMMAND_SECONDS 60
#endif

/*
 * Runs words[0] by the PATH of the user. It gets their environment without AWS's keys, /dev/null as
 * standard input, and no descriptor of ours but standard error. It is a job of its own in the
 * foreground, so it can ask on the terminal. ^Z stops both programs.
 *
 * *code gets what it printed, without blanks and line ends around it: six digits. The caller frees
 * *code, also after a failure. named says where the command comes from, for messages:
 * "--token-command".
 *
 * watch is as in prompt_ask(). At the end of the time, after a signal or if ready() fails, the
 * program and its children are ended. ^C then ends this process, too.
 *
 * STATUS_CONFIG: it cannot be run. STATUS_USAGE: it failed, or took too long. STATUS_WRONG_CODE: it
 * printed something else. No message quotes its output.
 */
enum status token_command_run(char *const words[], const char *named,
	const struct prompt_watch *watch, struct secret *code, struct error *e);

#endif
