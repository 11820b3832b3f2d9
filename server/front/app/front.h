/* front/app/front.h - what the files of this front share: its state, and which phone is calling. */
#pragma once

#include "front/app/app.h"
#include "http/events.h"
#include "http/exchange.h"
#include "transaction/phone/app_caller.h"
#include "transaction/phone/app_step.h"

struct app_front {
	struct store *store;
	const struct person_settings *settings;
	struct events *requests, *pairings;
};

/* pairing.c: the account's page */
route_handler begin_pairing, show_pairing, serve_pairing_events;
/* pair.c */
route_handler show_pairing_options, pair_phone;
/* device.c */
route_handler serve_app_events;
/* self.c */
route_handler show_self;
/* unmute.c */
route_handler unmute_phones;
/* subscription.c */
route_handler subscribe_phone, unsubscribe_phone;
/* requests.c */
route_handler list_requests, find_request;
/* answers.c */
route_handler answer_request, refuse_request;

/* A call of a phone that has proved itself. */
struct device_call {
	struct exchange *exchange;
	struct app_front *front;
	const struct app_caller *caller;
	struct instant now;
	bool any_state;              /* suspended and locked ones may ask, too */
	void (*go_on)(struct device_call *);
};
/* Finds the device, then `go_on`. Whom we do not know, or what may not be used, is answered here. `call` lives in the
 * exchange's arena and may be the first member of more. */
void device_begin(struct device_call *, struct exchange *, struct app_front *, void (*go_on)(struct device_call *));

/* A problem (RFC 9457) with a code of ours, and more members: JSON that begins with a comma, or empty. */
void app_refuse_with(struct exchange *, int status, const char *code, const char *detail, struct span more);
/* The same with the error's own code; ERR_LIMIT with a time is 429. */
void app_refuse_error(struct exchange *, enum err, struct instant until, const struct problem *);
/* What a person's word on a phone came to, where it was not taken: the error, or the step that failed. `counted`: so
 * many tries are left. */
void app_refuse_answer(struct exchange *, enum err, const struct app_answered *, bool counted, const struct problem *);
/* 403: the step that failed, why, and how many tries are left (none told: 0). */
void app_refuse_step(struct exchange *, const char *step, const char *reason, unsigned left, bool counted);
