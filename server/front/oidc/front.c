/* front/oidc/front.c - the OpenID Provider put together: its routes, its state. */
#include "front/oidc/front.h"

#include <stdlib.h>

const struct route oidc_routes[] = {
	{ 0 },
};

struct oidc_front *
oidc_front_new(struct loop *loop, struct store *store, const struct oidc_settings *settings)
{
	struct oidc_front *front = calloc(1, sizeof(*front));

	if (!front)
		abort();
	*front = (struct oidc_front){ .loop = loop, .store = store, .settings = settings };
	return front;
}

void
oidc_front_free(struct oidc_front *front)
{
	free(front);
}
