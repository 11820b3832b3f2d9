/* front/authzen/front.h - what the files of this front share: its state, who is asking, its way of answering. */
#pragma once

#include "front/authzen/authzen.h"
#include "front/authzen/posed.h"
#include "http/exchange.h"
#include "transaction/caller/caller.h"
#include "transaction/decision/party.h"

struct authzen_front {
	struct store *store;
	struct policy_shelf *shelf;
	struct roll *roll;
	struct arena arena;              /* of what is read at the start */
	const char *base_url;            /* without the slash at its end */
	const struct access *access;
	struct rates *rates;
	unsigned rate;
	bool test;                       /* proofs of the test world count */
	/* Of what is decided in one go, and of its answer: the same memory for every request, so that it stays in the
	 * cache. */
	struct arena deciding;
	struct buffer answer;
};

/* evaluation.c */
route_handler evaluate_one, evaluate_several;
/* search.c */
route_handler search_subject, search_resource, search_action;
/* configuration.c */
route_handler serve_configuration, serve_keys;

/* A request whose caller is known and whose policies stay what they are until it is answered. */
struct asking {
	struct exchange *exchange;
	struct authzen_front *front;
	struct policy_snapshot *policies;
	struct span caller, member;      /* in the exchange's arena */
	bool auditor;                    /* the caller has that right too */
	unsigned rate;
	struct instant now;
	struct transactions transactions; /* that its questions are about */
	void (*go_on)(struct asking *);
};

/* Reads credentials, finds the caller, keeps its rate, takes the policies; then `go_on`. Whom we do not know, and what
 * is no JSON, is answered here. `asking` lives in the exchange's arena and may be the first member of more. */
void asking_begin(struct asking *, struct exchange *, struct authzen_front *, void (*go_on)(struct asking *));
/* `statements`: of all its questions. */
struct posing asking_posing(const struct asking *, struct posed_statements *statements);

/* Whether the caller may ask about this relying party, which the question names: its own member's, or anybody's where
 * it audits. */
bool asking_may_name(const struct asking *, const struct party *);

/* Counts so many questions; a request has been counted as one. False: that was too many, and has been answered
 * (429). */
bool asking_charge(struct asking *, size_t more);

/* With X-Request-ID, when the request had one (s10.1.2). Empty: it was larger than `most`, which is told (413). */
void asking_answer(struct asking *, struct span json, size_t most);
void asking_refuse(struct asking *, const struct problem *);
/* Of what cannot be decided, whether it is all that was asked or one of several. */
int asking_status(enum err);
