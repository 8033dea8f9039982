#include "talk.h"

bool talk_ended_with(const struct talk *talk, enum status status)
{
	return talk->outcome == OUTCOME_RESULT && talk->status == status;
}
