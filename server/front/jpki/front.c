/* front/jpki/front.c - the routes of proofing, and who may ask at them. */
#include "front/jpki/front.h"

#include <stdlib.h>

#include "net/rate.h"
#include "transaction/caller/answer.h"

#define CHALLENGE_LARGEST (8 * KIB)
#define PROOF_LARGEST (128 * KIB)

const struct route jpki_routes[] = {
	{ POST, "/v1/jpki/challenges",            begin_proofing, JSON, CHALLENGE_LARGEST },
	{ POST, "/v1/jpki/challenges/{id}/proof", prove,          JSON, PROOF_LARGEST },
	{ 0 },
};

struct jpki_front *
jpki_front_new(struct store *store, const struct jpki_front_settings *settings)
{
	struct jpki_front *front = calloc(1, sizeof(*front));

	if (!front)
		abort();
	*front = (struct jpki_front){ store, *settings };
	return front;
}

void
jpki_front_free(struct jpki_front *front)
{
	free(front);
}

void
inquiry_refuse(struct inquiry *q, enum err err, const struct problem *why)
{
	const char *fields = "";

	if (err == ERR_UNAVAILABLE)
		fields = "Retry-After: 2\r\n";
	exchange_refuse_with(q->exchange, status_of(err), span_text(fields), why);
}

static on_caller on_caller_known;

void
inquiry_begin(struct inquiry *q, struct exchange *e, struct jpki_front *front, void (*go_on)(struct inquiry *))
{
	const struct credentials credentials = caller_credentials(e);

	q->exchange = e;
	q->front = front;
	q->now = clock_now();
	q->go_on = go_on;
	exchange_hold(e, caller_identify(front->store, e->arena, &credentials, q->now, on_caller_known, q));
}

static void
on_caller_known(void *arg, enum err err, const struct caller *caller, const struct problem *why)
{
	struct inquiry *q = arg;
	struct exchange *e = q->exchange;
	struct problem own;
	int64_t wait;

	exchange_hold(e, NULL);
	if (err != OK) {
		caller_refuse(e, "", err, why);
		return;
	}
	if (!(caller->rights & CALLER_PROOFING)) {
		inquiry_refuse(q, problem_set(&own, ERR_DENIED, "", "this caller has no right to ask for proofing"),
		    &own);
		return;
	}
	q->caller = caller->name;
	q->member = caller->member;
	wait = rate_take(q->front->settings.rates, q->caller, caller->rate ? caller->rate : q->front->settings.rate, 1,
	    clock_monotonic());
	if (wait)
		caller_refuse_haste(e, "", wait);
	else
		q->go_on(q);
}
