/*
 * What the tool tells people. Results and progress (INFO) go to standard output, as the Python
 * tool has it, so that `>/dev/null` leaves warnings and errors; those go to standard error. Under
 * PAM both are /dev/null and the records speak.
 */
#ifndef AWS_MFA_LOG_H
#define AWS_MFA_LOG_H

#include <stdbool.h>

enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARNING, LOG_LEVEL_ERROR };

/*
 * Sets the lowest level that is printed from the names the Python tool takes (CRITICAL, ERROR,
 * WARNING, INFO, DEBUG, NOTSET; any case). False when name is none of them.
 */
bool log_set_level(const char *name);

/*
 * What steers a terminal (character_steers) and what is not UTF-8 becomes '?', byte for byte and in
 * place, whatever file or variable it comes from.
 */
void log_clean(char *text);

/* Prints one line, cleaned. */
void log_message(enum log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#define log_debug(...) log_message(LOG_LEVEL_DEBUG, __VA_ARGS__)
#define log_info(...) log_message(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_warning(...) log_message(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_error(...) log_message(LOG_LEVEL_ERROR, __VA_ARGS__)

#endif
