/* transaction/authenticator/one_time_addition.h - a one-time code app is taken in: a seed is shown once, and one right
 * code proves that it arrived.
 *
 *     begin: seed drawn, wrapped, kept -> URI, picture, letters -> finish: a code of it -> active
 *
 * A wrong code may be tried again, ADDITION_TRIES times; the right one counts as used.
 */
#pragma once

#include "transaction/authenticator/addition.h"

struct one_time_begun {
	struct id id;                /* what the credential will have */
	struct span uri, secret, qr; /* otpauth://…; letters in groups of four; SVG: all of it secret */
};
typedef void on_one_time_begun(void *arg, enum err, const struct one_time_begun *, const struct problem *why);
struct pending *one_time_addition_begin(struct store *, struct arena *, const struct person_settings *,
    const struct account_access *, enum code_kind, struct span name, on_one_time_begun *, void *arg);

/* ERR_DENIED with the step "code": it is not the right one, and `left` says how often it may be tried still; ERR_DENIED
 * without: addition_bind()'s. ERR_NOT_FOUND: no seed of that id waits. */
typedef void on_one_time_added(void *arg, enum err, const struct credential *, const char *step, unsigned left,
    const struct problem *why);
struct pending *one_time_addition_finish(struct store *, struct arena *, const struct person_settings *,
    const struct account_access *, const struct id *, struct span code, on_one_time_added *, void *arg);
