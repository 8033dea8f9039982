/*
 * Replaces libc's syslog in the applications of these tests. So the tests can read the log lines,
 * and the lines do not end in the host's log. The program must export its symbols (-rdynamic).
 */
#ifndef TESTS_PAM_LOG_LINES_H
#define TESTS_PAM_LOG_LINES_H

#include <stdio.h>

/* The file for the lines, each "log LEVEL: TEXT"; NULL: the lines are dropped. */
extern FILE *log_lines;

#endif
