/* front/enrol/front.c - the routes of enrolment and of the card's tasks, and the front's state. */
#include "front/enrol/front.h"

#include <stdlib.h>

#include "transaction/proofing/submission.h"

#define SMALL (4 * KIB)

const struct route enrol_routes[] = {
	{ POST, "/v1/enrol",                       begin_enrolment,    JSON, SMALL },
	{ GET,  "/v1/enrol/{id}",                  show_enrolment,     NO_BODY, 0 },
	{ GET,  "/v1/enrol/{id}/events",           follow_enrolment,   NO_BODY, 0 },
	{ POST, "/v1/enrol/{id}/provisional",      open_provisional,   JSON, SMALL },
	{ POST, "/v1/enrol/{id}/card",             begin_card,         JSON, SMALL },
	{ POST, "/v1/enrol/{id}/accept",           accept_enrolment,   JSON, SMALL },
	{ POST, "/v1/enrol/{id}/bind-card",        begin_card_binding, JSON, SMALL },
	{ POST, "/v1/enrol/{id}/bind-card/finish", bind_card,          JSON, SMALL },
	{ 0 },
};

const struct route card_routes[] = {
	{ GET,  "/v1/card/{code}", show_card_task,  NO_BODY, 0 },
	{ POST, "/v1/card/{code}", prove_card_task, JSON,    PROOFING_SUBMISSION_LARGEST },
	{ 0 },
};

struct enrol_front *
enrol_front_new(struct loop *loop, struct store *store, const struct person_settings *settings)
{
	struct enrol_front *front = calloc(1, sizeof(*front));

	if (!front)
		abort();
	*front = (struct enrol_front){ store, settings, events_new(loop, store, &card_task_table) };
	return front;
}

void
enrol_front_free(struct enrol_front *front)
{
	if (!front)
		return;
	events_free(front->tasks);
	free(front);
}
