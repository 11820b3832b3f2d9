/* front/oidc/sign_on_visit.h - a browser that comes with an authorization request, or comes back from a page of ours:
 * who
 * is in it, and where it goes on.
 *
 *     opened: cookies, session -> go_on: a step of the sign-on (transaction/sign_on/) -> sign_on_visit_stepped ->
 * answered
 *
 * Where what a step rested on changed in that moment, it is taken again, from the session on.
 */
#pragma once

#include "front/oidc/answer.h"
#include "front/oidc/front.h"
#include "transaction/sign_on/sign_on.h"

struct sign_on_visit {
	struct exchange *exchange;
	struct oidc_front *front;
	struct sign_on_visitor visitor;
	const struct answer_to *to;      /* where a failure is told; NULL: to the person */
	struct problem why;
	/* This file's own. */
	void (*go_on)(struct sign_on_visit *);
	uint8_t browser[32], login_browser[32], known[32];
	int tries;
};
/* `exchange` and `front` are set. Goes on, or has answered. */
void sign_on_visit_open(struct sign_on_visit *, void (*go_on)(struct sign_on_visit *));

/* The way of a step is answered; its argument is the visit. */
on_sign_on sign_on_visit_stepped;
