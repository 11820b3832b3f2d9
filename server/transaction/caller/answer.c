/* transaction/caller/answer.c - machine callers over HTTP. */
#include "transaction/caller/answer.h"

#include "net/rate.h"

struct credentials
caller_credentials(const struct exchange *e)
{
	return (struct credentials){
		.authorization = message_header(e->request, "Authorization"),
		.certificate = e->certificate,
	};
}

void
caller_refuse(struct exchange *e, const char *fields, enum err err, const struct problem *why)
{
	bool denied = err == ERR_DENIED;

	exchange_refuse_with(e, denied ? 401 : status_of(err), span_text(arena_print(e->arena, "%s%s", fields,
	    denied ? CALLER_CHALLENGE : "Retry-After: 2\r\n")), why);
}

void
caller_refuse_haste(struct exchange *e, const char *fields, int64_t wait)
{
	struct problem why;

	problem_set(&why, ERR_LIMIT, "RFC 6585 s4", "this caller asks more often than was agreed");
	exchange_refuse_with(e, 429, span_text(arena_print(e->arena, "%sRetry-After: %u\r\n", fields,
	    rate_retry_after(wait))), &why);
}
