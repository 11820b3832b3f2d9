/* front/login/front.h - what the files of this front share: its state, which login is meant, how it is answered. */
#pragma once

#include "codec/json_writer.h"
#include "codec/reader.h"
#include "front/login/login.h"
#include "http/exchange.h"
#include "transaction/login/look.h"
#include "transaction/login/way.h"

struct card_watch;
struct events;
struct rates;

struct login_front {
	struct store *store;
	const struct person_settings *settings;
	struct events *logins;
	struct card_watch *cards;    /* tells a login's page that its card has answered */
};

/* begin.c */
route_handler begin_login, claim_login;
/* show.c */
route_handler show_login, follow_login;
/* passkeys.c */
route_handler offer_passkey, take_passkey;
/* cards.c */
route_handler offer_card, take_card_answer;
/* codes.c */
route_handler take_code, take_recovery_code;
/* phones.c */
route_handler ask_phones;
/* end.c */
route_handler finish_login, cancel_login;

/* A request about a login; the first member of whatever a request keeps. */
struct login_visit {
	struct exchange *exchange;
	struct login_front *front;
	struct login_request asked;
	struct problem why;
	void (*go_on)(struct login_visit *);
};
/* What a request costs of the tries of its address; looking is a quarter of one. A beginning is counted apart. */
enum login_cost { LOGIN_COST_BEGIN, LOGIN_COST_LOOK = 1, LOGIN_COST_TRY = 4 };

/* Goes on, or has answered: 403 for a page of another site, 404 without the login's cookie or for an id that is none,
 * 429 for who asks too often. */
void login_visit_begin(struct login_visit *, struct exchange *, struct login_front *, enum login_cost,
    void (*go_on)(struct login_visit *));
/* The first part of it: a page of ours, not too often. False: it has been answered. */
bool login_visit_open(struct login_visit *, struct exchange *, struct login_front *, enum login_cost);

/* `{}`. False: it is none, which has been answered. */
bool login_body_empty(struct login_visit *);

void login_refuse(struct login_visit *, enum err, const struct problem *);
/* The login as it is now (GET's answer). */
void login_answer(struct login_visit *);
/* The way of the API answered: the login as it is now, the refusal (403 with the step that failed, 429 with a time), or
 * the error. */
on_login_answered login_answered;

struct card_watch *card_watch_new(struct store *, struct events *logins);
void card_watch_free(struct card_watch *);

/* Members of the login's JSON: "unmet", "ways", "enough", "less" and "proofing" (show.c). */
void login_write_outlook(struct buffer *, const struct login *, const struct login_view *);
