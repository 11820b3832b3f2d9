/* front/sign_on/front.h - what the files of this front share: its state, which sign-on is meant, who is there. */
#pragma once

#include "codec/json_writer.h"
#include "codec/reader.h"
#include "front/sign_on/sign_on.h"
#include "http/exchange.h"

struct sign_on_front {
	struct store *store;
	const struct sign_on_settings *settings;
};

/* show.c */
route_handler show_sign_on;
/* answer.c */
route_handler agree_to_sign_on, deny_sign_on;

/* A request about a sign-on; the first member of whatever a request keeps. */
struct sign_on_visit {
	struct exchange *exchange;
	struct sign_on_front *front;
	struct sign_on_request asked;
	uint8_t browser[32];
	struct session session;
	struct account account;
	struct problem why;
	void (*go_on)(struct sign_on_visit *);
};
/* Goes on with who is logged in there, if anybody, or has answered: 403 for a page of another site, 404 without the
 * browser's cookie or for an id that is none, 429 for who asks too often. */
void sign_on_visit_begin(struct sign_on_visit *, struct exchange *, struct sign_on_front *,
    void (*go_on)(struct sign_on_visit *));
void sign_on_refuse(struct sign_on_visit *, enum err, const struct problem *);
