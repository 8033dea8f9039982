/*
 * Stands in for libc's syslog in the applications of these tests, so that their log lines can be
 * read and do not end in the host's log. The program must export its symbols (-rdynamic).
 */
#ifndef TESTS_PAM_LOG_LINES_H
#define TESTS_PAM_LOG_LINES_H

#include <stdio.h>

/* Where the lines go, as "log LEVEL: TEXT"; NULL: nowhere. */
extern FILE *log_lines;

#endif
