/*
 * Is a section absent from a file, or is it only damaged or hidden? With `nullok` an absent section
 * lets the user in without a code, so doubt must mean "not absent".
 *
 * A section is absent if the file is well-formed and no line looks like the header of the section.
 *
 * A file is well-formed if it
 *
 *   - has at least one section header. An empty file, or a file of blanks and comments, may be what
 *     is left of a damaged file;
 *   - is UTF-8 without NUL bytes. PowerShell writes UTF-16 and UTF-32. A power cut leaves
 *     NUL bytes;
 *   - has no line that ini.h cannot read (INI_UNREADABLE), such as a header without ']'. A
 *     line that ini.h reads and botocore refuses (INI_REFUSED) is no damage. Examples are a second
 *     header of a section, and a UTF-8 byte order mark;
 *   - ends with LF or CR, as every program writes it. Otherwise the file may be cut off. A
 *     file that is cut between two lines is not recognised.
 *
 * A line looks like the header, comments excepted, if it differs from the header only in
 *
 *   - capitals or the kind of dash;
 *   - blanks, quotes, brackets or invisible characters inside the brackets;
 *   - "profile " before the name, or text after the ']';
 *   - its indentation, which makes it part of the value above.
 *
 * By hand, a file of comments alone and a last line without an end are no damage: no login depends
 * on the answer, and the hint to set up the profile helps more.
 */
#ifndef AWS_MFA_ABSENCE_H
#define AWS_MFA_ABSENCE_H

#include "error.h"
#include "ini/faults.h"
#include "ini/ini.h"
#include "mode.h"

/*
 * Call this when a section was not found. STATUS_OK: the section is absent. STATUS_CONFIG: *e names
 * the damage and how to correct it. faults: what ini_parse() noted about the file. section: NULL
 * checks the file only.
 */
enum status absence_check(const struct ini *ini, const struct faults *faults, const char *section,
	enum mode mode, struct error *e);

/*
 * STATUS_CONFIG for a file in UTF-16 or UTF-32, because no section can be found in it. *e has the
 * command that converts the file.
 */
enum status absence_check_encoding(const struct ini *ini, struct error *e);

/*
 * Also STATUS_CONFIG for NUL bytes: botocore refuses a file with a line of them, and no tool finds
 * a section that is written there.
 */
enum status absence_check_text(const struct ini *ini, struct error *e);

#endif
