/* front/authzen/front.c - the decision point put together: its routes and its state. */
#include "front/authzen/budget.h"
#include "front/authzen/front.h"

#include <stdlib.h>

#define FRONT_MEMORY (64 * MIB)
#define DECIDING_MEMORY (64 * MIB)

const struct route authzen_routes[] = {
	{ POST, "/access/v1/evaluation",             evaluate_one,        ANY_BYTES, ASKED_LARGEST },
	{ POST, "/access/v1/evaluations",            evaluate_several,    ANY_BYTES, ASKED_LARGEST },
	{ POST, "/access/v1/search/subject",         search_subject,      ANY_BYTES, ASKED_LARGEST },
	{ POST, "/access/v1/search/resource",        search_resource,     ANY_BYTES, ASKED_LARGEST },
	{ POST, "/access/v1/search/action",          search_action,       ANY_BYTES, ASKED_LARGEST },
	{ GET,  "/.well-known/authzen-configuration", serve_configuration, NO_BODY, 0 },
	{ GET,  "/access/v1/jwks",                   serve_keys,          NO_BODY, 0 },
	{ 0 }
};

static const char *
without_slash(struct arena *a, const char *url)
{
	struct span s = span_text(url);

	while (s.size && s.data[s.size - 1] == '/')
		s.size--;
	return arena_text(a, s);
}

enum err
authzen_front_new(struct store *store, struct policy_shelf *shelf, const struct authzen_front_settings *settings,
    struct authzen_front **out, struct problem *why)
{
	static const struct access nothing;
	struct authzen_front *front = calloc(1, sizeof(*front));

	if (!front)
		abort();
	front->store = store;
	front->shelf = shelf;
	front->roll = roll_new();
	front->arena = arena_init(FRONT_MEMORY);
	front->deciding = arena_init(DECIDING_MEMORY);
	front->answer = buffer_init(budget.answer);
	front->base_url = without_slash(&front->arena, settings->base_url);
	front->rates = settings->rates;
	front->rate = settings->rate;
	front->test = settings->test;
	front->access = &nothing;
	if (settings->access && access_read(&front->arena, settings->access, &front->access, why) != OK) {
		authzen_front_free(front);
		return why->code;
	}
	*out = front;
	return OK;
}

void
authzen_front_free(struct authzen_front *front)
{
	if (!front)
		return;
	roll_free(front->roll);
	arena_release(&front->arena);
	arena_release(&front->deciding);
	buffer_release(&front->answer);
	free(front);
}
