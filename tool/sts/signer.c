#include "signer.h"

#include "clock.h"
#include "code.h"
#include "confine.h"
#include "error.h"
#include "monotonic.h"
#include "parameters.h"
#include "peer.h"
#include "report.h"
#include "request.h"
#include "words_signer.h"
#include "words_sts.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#define HOLD_SIZE 4096 /* what is put together for one write */

struct signer {
	struct peer aws_mfa, talker;
	char to_aws_mfa[HOLD_SIZE], to_talker[HOLD_SIZE];
	struct parameters settings;
	struct clock clock;
	struct endpoint endpoint; /* of what is due */
	int64_t left_ms;          /* of the deadline, when aws-mfa's turn came */
	bool renewed;             /* a `deadline` has come since */
	char code[CODE_DIGITS + 1];
	char *call; /* the text of the last `call`, split */
	struct argument arguments[ARGUMENTS_MAX];
	/* Which request the talker may get signed now, and how often. */
	struct call due;
	unsigned signatures;
	bool uncertain; /* it may have sent what spends a code or changes something */
};

static bool is_aws_mfas_turn(const struct signer *s)
{
	return s->aws_mfa.state & (STS_READY | STS_CALLED);
}

/* Wipes the record buffer, unless it holds unread bytes. */
static void forget_records(struct peer *p)
{
	if (p->reader.start == p->reader.end)
		record_reader_wipe(&p->reader);
}

/* Nothing is due any more. */
static void end_turn(struct signer *s)
{
	s->signatures = 0;
	s->due = (struct call){0};
	explicit_bzero(s->code, sizeof(s->code));
	s->left_ms = s->settings.deadline_ms - monotonic_ms();
	s->renewed = s->uncertain = false;
}

static void make_due(struct signer *s, const struct action *action)
{
	s->due.action = action;
	s->due.keys = (struct keys){s->settings.access_key_id, s->settings.secret_access_key,
		s->settings.session_token};
	s->signatures = action_signatures(action);
}

static enum status fault_of_aws_mfa(const struct signer *s, struct error *e)
{
	if (s->settings.call)
		return error_set(e, STATUS_SYSTEM,
			"aws-mfa sent a call that aws-mfa-sts does not understand; are both of the same version?");
	heard_fault(e);
	return e->status;
}

static enum status fault_of_talker(const struct signer *s, const char *what, struct error *e)
{
	if (s->uncertain)
		return error_set(e, STATUS_CODE_SPENT,
			"the process that speaks with AWS %s; AWS may have done what was asked, and a "
			"code may be used up",
			what);
	return error_set(e, STATUS_SYSTEM, "the process that speaks with AWS %s; try again", what);
}

/* Tells the talker to begin. Ignores that it has ended: its last record says why, and is read next.
 */
static void tell(struct signer *s, const char *word, const char *text)
{
	peer_hold(&s->talker, s->to_talker, sizeof(s->to_talker));
	report_number(&s->talker, WORD_DEADLINE, s->settings.deadline_ms);
	report(&s->talker, word, text);
	peer_release(&s->talker, report_deadline());
}

static enum status open_warm_up(struct signer *s, struct error *e)
{
	enum status rc = parameters_check(&s->settings, e);

	if (rc == STATUS_OK)
		rc = parameters_endpoint(&s->settings, SERVICE_STS, &s->endpoint, e);
	if (rc != STATUS_OK)
		return rc;
	if (s->settings.signed_warm_up)
		make_due(s, &actions[ACTION_GET_CALLER_IDENTITY]);
	tell(s, WORD_CONNECT, s->settings.signed_warm_up ? "signed" : "unsigned");
	return STATUS_OK;
}

/* A call that cannot be made does not reach the talker. */
static enum status check_call(struct signer *s, struct error *e)
{
	const struct action *action = action_parse(s->call, s->arguments, &s->due.n_arguments);
	enum status rc;

	if (!action || (action == &actions[ACTION_ASSUME_WITH_SESSION] && s->settings.n_roles != 1))
		return fault_of_aws_mfa(s, e);
	rc = parameters_check(&s->settings, e);
	if (rc == STATUS_OK)
		rc = parameters_endpoint(&s->settings, action->service, &s->endpoint, e);
	s->due.arguments = s->arguments;
	if (rc == STATUS_OK)
		make_due(s, action);
	return rc;
}

static void take_call(struct signer *s, const char *text)
{
	struct error e;
	enum status rc;

	free(s->call);
	s->call = strdup(text);
	rc = s->call ? check_call(s, &e) : error_set(&e, STATUS_SYSTEM, "out of memory");
	if (rc == STATUS_OK) {
		tell(s, WORD_CALL, text);
		return;
	}
	report_result(&s->aws_mfa, &e);
	end_turn(s);
}

/* If no `deadline` came before the code, the rest of the last one starts now. */
static enum status take_code(struct signer *s, struct record *rec, struct error *e)
{
	if (rec->text_len > CODE_DIGITS)
		return fault_of_aws_mfa(s, e);
	if (!s->renewed)
		s->settings.deadline_ms = monotonic_ms() + s->left_ms;
	memcpy(s->code, rec->text, rec->text_len + 1);
	explicit_bzero(rec->text, rec->text_len);
	forget_records(&s->aws_mfa);
	if (!code_is_exact(s->code)) {
		error_set(e, STATUS_WRONG_CODE, "a code has six digits");
		report_result(&s->aws_mfa, e);
		end_turn(s);
		return STATUS_OK;
	}
	s->due = (struct call){.code = s->code};
	make_due(s,
		&actions[s->settings.n_roles > 0 ? ACTION_ASSUME_ROLE : ACTION_GET_SESSION_TOKEN]);
	tell(s, WORD_SPEND, NULL);
	return STATUS_OK;
}

static enum status hear_aws_mfa(struct signer *s, struct record *rec, struct error *e)
{
	if (strcmp(rec->word, WORD_DEADLINE) == 0) {
		s->settings.deadline_ms = record_number(rec->text);
		s->renewed = true;
	} else if (strcmp(rec->word, WORD_CALL) == 0) {
		take_call(s, rec->text);
	} else {
		return take_code(s, rec, e);
	}
	return STATUS_OK;
}

/* Is this a question that the talker may ask now? Splits the text. */
static bool may_sign(const struct signer *s, char *text, time_t *server_time, const char **marker)
{
	time_t own = clock_own(&s->clock);
	char *blank = strchr(text, ' ');
	int64_t number;

	if (blank)
		*blank++ = '\0';
	*marker = blank;
	number = record_number(text);
	*server_time = number > 0 ? (time_t)number : own;
	return s->signatures > 0 && number >= 0 &&
		*server_time <= own + SKEW_MAX + SKEW_TOLERATED &&
		*server_time >= own - SKEW_MAX - SKEW_TOLERATED &&
		(!blank || (s->due.action->parts && strlen(blank) <= MARKER_MAX));
}

static enum status hand_out(struct signer *s, char *text, struct error *e)
{
	static struct request request;
	time_t server_time;
	enum status rc;

	if (!may_sign(s, text, &server_time, &s->due.marker))
		return fault_of_talker(s, "asked for what it must not have", e);
	s->signatures--;
	rc = request_sign(&request, &s->settings, &s->endpoint, &s->due, server_time, e);
	s->due.marker = NULL;
	if (rc == STATUS_OK) {
		s->uncertain = s->due.code || s->due.action->changes;
		peer_hold(&s->talker, s->to_talker, sizeof(s->to_talker));
		report_pieces(&s->talker, WORD_BODY, request.body);
		if (request.token)
			report_pieces(&s->talker, WORD_SESSION_TOKEN, request.token);
		report(&s->talker, WORD_AUTHORIZATION, request.authorization);
		report(&s->talker, WORD_SIGNED, request.date);
		peer_release(&s->talker, report_deadline());
	}
	request_wipe(&request);
	return rc;
}

/*
 * Passes on a record of the talker. Records that came together go out together. *gone: aws-mfa has
 * gone.
 */
static enum status pass_on(struct signer *s, struct record *rec, bool *gone, struct error *e)
{
	enum record_error rc;

	peer_hold(&s->aws_mfa, s->to_aws_mfa, sizeof(s->to_aws_mfa));
	rc = peer_write(&s->aws_mfa, report_deadline(), rec->word, rec->text);
	explicit_bzero(rec->text, rec->text_len);
	if (rc == RECORD_BROKEN)
		return fault_of_talker(s, "spoke out of turn", e);
	if (rc == RECORD_OK && !record_pending(&s->talker.reader))
		rc = peer_release(&s->aws_mfa, report_deadline());
	forget_records(&s->talker);
	*gone = rc != RECORD_OK;
	if (is_aws_mfas_turn(s))
		end_turn(s);
	return STATUS_OK;
}

/* Waits for a record of the talker, or of aws-mfa if it may speak. Returns the one that spoke. */
static struct peer *hear_next(struct signer *s, struct record *rec, enum record_error *rc)
{
	bool turn = is_aws_mfas_turn(s);
	struct peer *const peers[] = {&s->talker, &s->aws_mfa};
	struct pollfd p[] = {{.fd = s->talker.reader.fd, .events = POLLIN},
		{.fd = RECORD_FD, .events = turn ? POLLIN : 0}};

	for (;;) {
		for (int i = 0; i < 2; i++) {
			if (!p[i].revents && !record_pending(&peers[i]->reader))
				continue;
			if (i == 1 && !turn && !p[i].revents)
				continue;
			*rc = peer_read(peers[i], 0, rec);
			if (*rc != RECORD_TIMEOUT)
				return peers[i];
		}
		poll(p, 2, -1);
	}
}

/* Returns the exit status. */
static enum status serve(struct signer *s, struct error *e)
{
	enum status rc = STATUS_OK, last = STATUS_OK;
	enum record_error got;
	struct record rec;
	bool gone = false;

	while (rc == STATUS_OK && !gone && s->aws_mfa.state != STATE_ENDED) {
		bool turn = is_aws_mfas_turn(s);
		const struct peer *from = hear_next(s, &rec, &got);
		const char *text;

		if (from == &s->aws_mfa && (got == RECORD_EOF || !turn))
			gone = true;
		else if (from == &s->aws_mfa)
			rc = got == RECORD_OK ? hear_aws_mfa(s, &rec, e) : fault_of_aws_mfa(s, e);
		else if (got != RECORD_OK)
			rc = fault_of_talker(
				s, got == RECORD_EOF ? "has ended" : "spoke out of turn", e);
		else if (strcmp(rec.word, WORD_SIGN) == 0)
			rc = hand_out(s, rec.text, e);
		else {
			if (strcmp(rec.word, WORD_RESULT) == 0)
				last = record_result(rec.text, &text);
			rc = pass_on(s, &rec, &gone, e);
		}
	}
	if (rc != STATUS_OK)
		report_result(&s->aws_mfa, e);
	peer_release(&s->aws_mfa, report_deadline());
	return gone ? STATUS_OK : rc != STATUS_OK ? rc : last;
}

static enum status begin(struct signer *s, struct error *e)
{
	enum heard heard;

	peer_hold(&s->talker, s->to_talker, sizeof(s->to_talker));
	heard = parameters_read(&s->aws_mfa, &s->talker, &s->settings, e);
	forget_records(&s->aws_mfa);
	if (heard == HEARD_END)
		return STATUS_OK;
	if (heard == HEARD && s->settings.call)
		take_call(s, s->settings.call);
	else if (heard == HEARD && open_warm_up(s, e) != STATUS_OK)
		heard = HEARD_FAULT;
	if (heard == HEARD)
		return serve(s, e);
	report_result(&s->aws_mfa, e);
	return e->status;
}

enum status signer_run(int talker_fd)
{
	static char lines[2][RECORD_MAX_STS];
	static struct signer s;
	struct error e;
	enum status rc;

	peer_init(&s.aws_mfa, &words_sts, CHILD, STS_SETTINGS, RECORD_FD, lines[0]);
	peer_init(&s.talker, &words_signer, PARENT, STS_SETTINGS, talker_fd, lines[1]);
	clock_start(&s.clock);
	rc = confine_signer(&e);
	if (rc == STATUS_OK)
		rc = begin(&s, &e);
	else
		report_result(&s.aws_mfa, &e);
	end_turn(&s);
	parameters_free(&s.settings);
	record_reader_wipe(&s.aws_mfa.reader);
	record_reader_wipe(&s.talker.reader);
	return rc;
}
