/* Turns what doctor knows of a service into findings. Each judges one thing. */
#ifndef AWS_MFA_STACK_JUDGE_H
#define AWS_MFA_STACK_JUDGE_H

#include "view.h"

/* The lines of ours, each for itself: options, failmode=safe, nullok. */
void judge_lines(struct view *v);

/* Who gets in through the stack that must not, and who does not get in. */
void judge_ways(struct view *v);

/* Wrong codes are counted, and where. */
void judge_guessing(struct view *v);

/* What sshd does with the stack. */
void judge_sshd(struct view *v);

/* What sudo does with it. */
void judge_sudo(struct view *v);

/* The module and the programs of ours, and the modules of the stack. */
void judge_installed(struct view *v);

/* The socket and the entries of keystore mode, if the stack uses it. */
void judge_keystore_host(struct view *v);

/* The limits of the service unit. */
void judge_unit(struct view *v);

/* Adds a finding about a line of the stack. */
void judge_at(struct view *v, const char *id, enum finding_level level,
	const struct stack_line *line, const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/* "auth required pam_aws_mfa.so profile=work always": the line as it must read. */
const char *judge_line_text(
	const struct stack_line *ours, const char *type, char *text, size_t size);

#endif
