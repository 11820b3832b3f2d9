/* front/jpki/front.h - what the files of this front share: its state, and who is asking. */
#pragma once

#include "front/jpki/jpki.h"
#include "http/exchange.h"
#include "transaction/caller/caller.h"

struct jpki_front {
	struct store *store;
	struct jpki_front_settings settings;
};

/* challenges.c */
route_handler begin_proofing;
/* proofs.c */
route_handler prove;

/* A request whose caller is known and may ask for proofing. */
struct inquiry {
	struct exchange *exchange;
	struct jpki_front *front;
	struct span caller, member;  /* in the exchange's arena */
	struct instant now;
	void (*go_on)(struct inquiry *);
};

/* Finds the caller, keeps its rate; then `go_on`. Whom we do not know is answered here. `inquiry` lives in the
 * exchange's arena and may be the first member of more. */
void inquiry_begin(struct inquiry *, struct exchange *, struct jpki_front *, void (*go_on)(struct inquiry *));
void inquiry_refuse(struct inquiry *, enum err, const struct problem *);
