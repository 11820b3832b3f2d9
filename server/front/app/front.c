/* front/app/front.c - the routes of the app on a person's phone, and the front's state. */
#include "front/app/front.h"

#include <stdlib.h>

#include "front/app/app_body.h"

#define SMALL (4 * KIB)

const struct route app_routes[] = {
	{ POST,   "/v1/account/pairing",        begin_pairing,        JSON, SMALL },
	{ GET,    "/v1/account/pairing",        show_pairing,         NO_BODY, 0 },
	{ GET,    "/v1/account/pairing/events", serve_pairing_events, NO_BODY, 0 },
	{ POST,   "/v1/app/pair/options",       show_pairing_options, JSON, SMALL },
	{ POST,   "/v1/app/pair",               pair_phone,           JSON, APP_BODY_LARGEST },
	{ GET,    "/v1/app/self",               show_self,            NO_BODY, 0 },
	{ GET,    "/v1/app/events",             serve_app_events,     NO_BODY, 0 },
	{ POST,   "/v1/app/push",               subscribe_phone,      JSON, SMALL },
	{ DELETE, "/v1/app/push",               unsubscribe_phone,    NO_BODY, 0 },
	{ GET,    "/v1/app/requests",           list_requests,        NO_BODY, 0 },
	{ POST,   "/v1/app/requests/find",      find_request,         JSON, APP_BODY_LARGEST },
	{ POST,   "/v1/app/unmute",             unmute_phones,        JSON, APP_BODY_LARGEST },
	{ POST,   "/v1/app/requests/{id}/answer", answer_request,     JSON, APP_BODY_LARGEST },
	{ POST,   "/v1/app/requests/{id}/refuse", refuse_request,     JSON, SMALL },
	{ 0 },
};

struct app_front *
app_front_new(struct loop *loop, struct store *store, const struct person_settings *settings)
{
	struct app_front *front = calloc(1, sizeof(*front));

	if (!front)
		abort();
	*front = (struct app_front){ .store = store, .settings = settings,
		.requests = events_new(loop, store, &app_request_table),
		.pairings = events_new(loop, store, &pairing_table) };
	return front;
}

void
app_front_free(struct app_front *front)
{
	if (!front)
		return;
	events_free(front->requests);
	events_free(front->pairings);
	free(front);
}
