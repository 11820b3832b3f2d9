/* jpki/operator_call.h - one question posted to an operator's API, with the token it knows us by. */
#pragma once

#include "base/arena.h"
#include "net/courier.h"

#define OPERATOR_ANSWER_LARGEST (16 * KIB)

struct operator_address {
	const char *url;
	const char *token_file;     /* bearer token, read again for each question; NULL: none is sent */
	int64_t time;               /* for all of it */
};
struct operator_address operator_address_copy(struct arena *, const struct operator_address *);

/* `failed`: why there is no answer, else NULL; both are borrowed until the callback returns. */
typedef void on_operator_answer(void *arg, struct span body, const char *failed);

/* The courier stays the caller's and outlives it; the rest is copied. */
struct pending *operator_call(struct courier *, const struct operator_address *, struct span body,
    on_operator_answer *, void *arg);
/* Whether it has been sent: the operator counts it. */
bool operator_call_sent(const struct pending *);
