/* http/figures.h - counters of all processes in shared memory, for /metrics.
 *
 * Each process owns one row and is its only writer; a reader adds the rows up. A replaced process goes on with its row,
 * so counters never go back.
 */
#pragma once

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

enum figure {
	FIGURE_CONNECTIONS,       /* accepted */
	FIGURE_CONNECTIONS_OPEN,  /* a gauge */
	FIGURE_CONNECTIONS_REFUSED, /* over a limit */
	FIGURE_TLS_FAILED,
	FIGURE_REQUESTS,
	FIGURE_STATUS_2XX,
	FIGURE_STATUS_3XX,
	FIGURE_STATUS_4XX,
	FIGURE_STATUS_5XX,
	FIGURE_BYTES_SENT,
	FIGURE_TIMED_OUT,         /* connections closed for being slow or idle */
	/* Of proofing, as transaction/proofing/figures.h divides them. */
	FIGURE_PROOFS,
	FIGURE_REVOCATION_ANSWERS = FIGURE_PROOFS + 6,
	FIGURE_LINKAGES = FIGURE_REVOCATION_ANSWERS + 15,
	FIGURE_COURIER_WAITING = FIGURE_LINKAGES + 4, /* a gauge */
	/* Of notices to persons (daemon/delivery.h). */
	FIGURE_NOTICES_WAITING,   /* a gauge */
	FIGURE_NOTICES_FAILING,   /* a gauge: of them those that could not be sent when they were tried */
	FIGURE_NOTICES_OLDEST,    /* a gauge: when the oldest of them was made, seconds since 1970; 0: none waits */
	FIGURE_NOTICES_MAILED,
	FIGURE_NOTICES_PUSHED,
	FIGURE_NOTICES_NOT_NOW,
	FIGURE_NOTICES_GIVEN_UP,
	/* Of logins (front/login/). */
	FIGURE_LOGINS_BEGUN,
	FIGURE_LOGINS_ENOUGH,     /* a session began */
	FIGURE_LOGINS_SHORT,      /* what was shown was not enough; the login goes on */
	/* Of relying parties (transaction/sign_on/, front/oidc/). */
	FIGURE_SIGN_ONS_DONE,     /* a person came back to one, with an assertion */
	FIGURE_SIGN_ONS_REFUSED,  /* or with an error */
	FIGURE_TOKENS_SIGNED,
	FIGURE_INTROSPECTIONS,    /* answered, whether the token is active or not */
	/* Of clients that are told of a session's end (daemon/logout_delivery.h). */
	FIGURE_LOGOUTS_WAITING,   /* a gauge */
	FIGURE_LOGOUTS_FAILING,   /* a gauge: of them those that could not be told when it was tried */
	FIGURE_LOGOUTS_OLDEST,    /* a gauge: when the oldest of them was made, seconds since 1970; 0: none waits */
	FIGURE_LOGOUTS_TOLD,
	FIGURE_LOGOUTS_NOT_NOW,
	FIGURE_LOGOUTS_GIVEN_UP,
	FIGURE_COUNT,
};

struct figures {
	_Atomic uint64_t value[FIGURE_COUNT];
};

/* Shared by all children; zeroed. */
struct figures *figures_new(size_t rows);

static inline void
figure_add(struct figures *f, enum figure which, uint64_t n)
{
	if (f)
		atomic_store_explicit(&f->value[which],
		    atomic_load_explicit(&f->value[which], memory_order_relaxed) + n,
		    memory_order_relaxed);
}

/* Of a gauge. */
static inline void
figure_set(struct figures *f, enum figure which, uint64_t value)
{
	if (f)
		atomic_store_explicit(&f->value[which], value, memory_order_relaxed);
}
