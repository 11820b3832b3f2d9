/* front/account/front.c - the routes of a person's own account. */
#include <stdlib.h>

#include "front/account/visit.h"

const struct route account_routes[] = {
	{ GET,    "/v1/account",                    show_account,      NO_BODY, 0 },
	{ PUT,    "/v1/account/language",           set_language,      JSON,    1 * KIB },
	{ PUT,    "/v1/account/attributes/{name}",  state_attribute,   JSON,    16 * KIB },
	{ DELETE, "/v1/account/attributes/{name}",  unstate_attribute, NO_BODY, 0 },
	{ PUT,    "/v1/account/personas/{persona}", choose_attributes, JSON,    4 * KIB },
	{ POST,   "/v1/account/contacts",           add_contact,       JSON,    4 * KIB },
	{ DELETE, "/v1/account/contacts",           remove_contact,    JSON,    4 * KIB },
	{ POST,   "/v1/account/contacts/confirm",   confirm_contact,   JSON,    4 * KIB },
	{ GET,    "/v1/account/history",            show_history,      NO_BODY, 0 },
	{ GET,    "/v1/account/consents",           list_consents,     NO_BODY, 0 },
	{ DELETE, "/v1/account/consents/{id}",      withdraw_consent,  NO_BODY, 0 },
	{ DELETE, "/v1/account/mute",               end_mute,          NO_BODY, 0 },
	{ POST,   "/v1/account/logout",             log_out,           JSON,    1 * KIB },
	{ POST,   "/v1/account/erase",              erase_account,     JSON,    1 * KIB },
	{ 0 },
};

struct account_front *
account_front_new(struct store *store, const struct person_settings *settings)
{
	struct account_front *front = calloc(1, sizeof(*front));

	if (!front)
		abort();
	*front = (struct account_front){ store, settings };
	return front;
}

void
account_front_free(struct account_front *front)
{
	free(front);
}
