/* front/saml/message_time.c - whether a SAML message is of now. */
#include "front/saml/message_time.h"

static enum err
refuse(struct problem *why, struct instant said, const char *what)
{
	char text[INSTANT_TEXT];

	return problem_set(why, ERR_DENIED, "SAML 2.0 Core s3.2.1", "%s %s", what, instant_text(said, text));
}

static bool
is_said(struct instant t)
{
	return t.us != 0;
}

enum err
message_time_check(const struct message_time *said, const struct message_terms *terms, struct instant now,
    struct instant *until, struct problem *why)
{
	struct instant end = instant_after(said->issued, terms->life);

	*until = (struct instant){ 0 };
	if (!is_said(said->issued))
		return problem_set(why, ERR_DENIED, "SAML 2.0 Core s3.2.1", "expected an IssueInstant, found none");
	if (is_said(said->not_before) && is_said(said->not_on_or_after) &&
	    !instant_before(said->not_before, said->not_on_or_after))
		return problem_set(why, ERR_INVALID, "SAML 2.0 Core s2.5.1.2",
		    "expected NotBefore to be earlier than NotOnOrAfter");
	if (instant_before(now, instant_after(said->issued, -terms->skew)))
		return refuse(why, said->issued, "expected a message of now, found one issued at");
	if (is_said(said->not_before) && instant_before(now, instant_after(said->not_before, -terms->skew)))
		return refuse(why, said->not_before, "expected a message of now, found one that is not good before");
	if (is_said(said->not_on_or_after) && instant_before(said->not_on_or_after, end))
		end = said->not_on_or_after;
	if (!instant_before(now, instant_after(end, terms->skew)))
		return refuse(why, end, "expected a message of now, found one that ended at");
	*until = instant_after(end, terms->skew);
	return OK;
}
