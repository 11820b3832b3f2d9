/* front/enrol/front.h - what the files of this front share: its state, who is at the page, and how it is answered. */
#pragma once

#include "codec/json_writer.h"
#include "front/enrol/enrol.h"
#include "http/events.h"
#include "http/exchange.h"
#include "transaction/enrolment/enrolment.h"

struct enrol_front {
	struct store *store;
	const struct person_settings *settings;
	struct events *tasks;
};

/* begin.c */
route_handler begin_enrolment, open_provisional;
/* show.c */
route_handler show_enrolment, follow_enrolment;
/* cards.c */
route_handler begin_card, begin_card_binding, bind_card;
/* accept.c */
route_handler accept_enrolment;
/* tasks.c */
route_handler show_card_task, prove_card_task;

/* A request of the page's: which enrolment, whose browser, and who is logged in there, if anybody. */
struct enrol_visit {
	struct exchange *exchange;
	struct enrol_front *front;
	struct instant now;
	struct enrolment_asked asked;
	struct session session;
	struct problem why;
	void (*go_on)(struct enrol_visit *);
};
/* The first member of whatever a request keeps. Goes on, or has answered: 403 for a page of another site, 404 for an id
 * that is none. */
void enrol_visit_begin(struct enrol_visit *, struct exchange *, struct enrol_front *,
    void (*go_on)(struct enrol_visit *));

/* {"ja","en"} */
void enrol_write_words(struct buffer *, const char *name, struct localized);
/* Lines of the head, and the body. */
void enrol_reply(struct exchange *, int status, struct span fields, struct buffer *);
/* Set-Cookie of a session that begins. */
struct span enrol_session_cookie(struct exchange *, const struct person_settings *, const struct cookie_secret *);
