/* front/desk/front.c - the routes of the registrar's desk. */
#include <stdlib.h>

#include "front/desk/visit.h"

const struct route desk_routes[] = {
	{ GET,  "/v1/desk",                     desk_list,           NO_BODY, 0 },
	{ POST, "/v1/desk/cases",               desk_case_open,      JSON,    16 * KIB },
	{ GET,  "/v1/desk/cases/{id}",          desk_case_look,      NO_BODY, 0 },
	{ POST, "/v1/desk/cases/{id}/second",   desk_case_second,    JSON,    KIB },
	{ POST, "/v1/desk/cases/{id}/same",     desk_case_same,      JSON,    KIB },
	{ POST, "/v1/desk/cases/{id}/complete", desk_case_end,       JSON,    KIB },
	{ POST, "/v1/desk/cases/{id}/withdraw", desk_case_take_back, JSON,    KIB },
	{ POST, "/v1/desk/handover",            desk_phone_take,     JSON,    KIB },
	{ 0 },
};

struct desk_front *
desk_front_new(struct store *store, const struct person_settings *settings)
{
	struct desk_front *front = calloc(1, sizeof(*front));

	if (!front)
		abort();
	*front = (struct desk_front){ store, settings };
	return front;
}

void
desk_front_free(struct desk_front *front)
{
	free(front);
}
