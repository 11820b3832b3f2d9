/* transaction/notice/push_message.c - where a notice is pushed. */
#include "transaction/notice/push_message.h"

#include "crypto/web_push.h"
#include "net/origin.h"

static const char clause[] = "RFC 8030 s4";

struct span
push_origin(struct span endpoint)
{
	struct span rest = endpoint;

	for (unsigned slashes = 0; slashes < 3 && rest.size; slashes++)
		span_cut(&rest, '/');
	/* Behind the third slash; what came before it is the origin and that slash. */
	return span_first(endpoint, rest.size ? endpoint.size - rest.size - 1 : 0);
}

static bool
is_visible(struct span s)
{
	for (size_t i = 0; i < s.size; i++)
		if (s.data[i] <= ' ' || s.data[i] > '~' || strchr("\"<>\\^`{|}#", s.data[i]))
			return false;
	return true;
}

enum err
push_subscription_check(const struct push_subscription *s, struct problem *why)
{
	const struct web_push_receiver receiver = { s->key, s->secret };
	struct span origin = push_origin(s->endpoint);
	struct problem found;

	if (!span_starts(origin, "https://") || s->endpoint.size > PUSH_ENDPOINT_LARGEST ||
	    !is_visible(s->endpoint) || origin_check(origin, "", NULL) != OK)
		return problem_set(why, ERR_INVALID, clause, "/endpoint: expected an https: URL of at most %d bytes",
		    PUSH_ENDPOINT_LARGEST);
	if (web_push_receiver_check(&receiver, &found) != OK)
		return problem_set(why, ERR_INVALID, "RFC 8291 s2", "/%s: %s",
		    s->secret.size != PUSH_SECRET ? "secret" : "key", found.text);
	return OK;
}
