/*
 * May it be said that a section is not in a file? With `nullok` that lets the user in without a
 * code, so it must not be said of a file that is damaged, or that holds the section and hides it.
 *
 * A section is absent from a file that is well-formed, which is one that
 *
 *   - is not empty, and holds one section header at least: a file of blanks or comments alone may
 *     be what is left of another;
 *   - is UTF-8 without NUL bytes. UTF-16 and UTF-32, as PowerShell writes them, are not; nor is
 *     what a power cut leaves, nor a file of another kind;
 *   - has no line that ini.h cannot read (INI_UNREADABLE). That covers a header without ']', and a
 *     file that ends inside a header. What ini.h reads and botocore refuses (INI_REFUSED: a section
 *     twice, a byte order mark of UTF-8) is no damage;
 *   - ends with the end of a line, LF or CR: all programs that write it see to that. One that ends
 *     otherwise may be cut off. A file that is cut between two lines looks whole.
 *
 * and that has no line, comments apart, which looks like the section's header: other capitals or
 * dashes, blanks, quotes, brackets or characters without width inside the brackets, "profile "
 * before the name, text behind the ']', or so far to the right that it belongs to the value above.
 *
 * By hand nobody is let in. There the hint to set the profile up is worth more, so a file of
 * comments alone and a last line without end are damage at logins only.
 */
#ifndef AWS_MFA_ABSENCE_H
#define AWS_MFA_ABSENCE_H

#include "error.h"
#include "ini/faults.h"
#include "ini/ini.h"
#include "mode.h"

/*
 * For a section that was not found. STATUS_OK when it is absent; else STATUS_CONFIG, with one line
 * that names the damage and the way to mend it. faults: what ini_parse() has noted of the file.
 * section: NULL where only the file itself is judged.
 */
enum status absence_check(const struct ini *ini, const struct faults *faults, const char *section,
	enum mode mode, struct error *e);

/*
 * STATUS_CONFIG for a file in UTF-16 or UTF-32, with the command that converts it: whatever is
 * looked for in it is hidden.
 */
enum status absence_check_encoding(const struct ini *ini, struct error *e);

/* The same, and for NUL bytes: a section written into such a file would be found by no tool. */
enum status absence_check_text(const struct ini *ini, struct error *e);

#endif
