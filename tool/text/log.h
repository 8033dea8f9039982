/*
 * Prints messages for people. Results and progress (INFO) go to standard output, as in the Python
 * tool. Everything else goes to standard error, so `>/dev/null` keeps warnings and errors visible.
 * Under PAM both are /dev/null: the user then sees what the records say.
 */
#ifndef AWS_MFA_LOG_H
#define AWS_MFA_LOG_H

#include <stdbool.h>

enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARNING, LOG_LEVEL_ERROR };

/* Standard output belongs to a command or to a result: print INFO to standard error, too. */
void log_spare_stdout(void);

/*
 * Sets the lowest level that is printed. Takes the names of the Python tool, in any case: CRITICAL,
 * ERROR, WARNING, INFO, DEBUG, NOTSET. False for any other name.
 */
bool log_set_level(const char *name);

/* Are messages of this level printed? */
bool log_prints(enum log_level level);

/* Calls this before each message is printed: a line that is not complete must go. NULL: nothing. */
void log_before(void (*before)(void));

/*
 * Holds back what goes to standard error, up to some lines, until log_release(): a question stands
 * there. log_is_held(): this is so.
 */
void log_hold(void);
void log_release(void);
bool log_is_held(void);

/*
 * Replaces in place, by character_shown(). The length stays: each byte of a replaced character
 * becomes '?'.
 */
void log_clean(char *text);

/*
 * Gives each warning and error to take, instead of printing it. text is cleaned. NULL: print again.
 */
typedef void log_take_fn(void *arg, enum log_level level, const char *text);
void log_take(log_take_fn *take, void *arg);
bool log_is_taken(void);

/* Prints one line, cleaned by log_clean(). */
void log_message(enum log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#define log_debug(...) log_message(LOG_LEVEL_DEBUG, __VA_ARGS__)
#define log_info(...) log_message(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_warning(...) log_message(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_error(...) log_message(LOG_LEVEL_ERROR, __VA_ARGS__)

#endif
