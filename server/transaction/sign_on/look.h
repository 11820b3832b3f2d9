/* transaction/sign_on/look.h - what the consent page shows of a sign-on that waits: who asks, as whom the person may
 * come, what would be told.
 *
 * Pure but for the loading. Nothing of the person is shown as a persona that is not to be had with what was shown.
 */
#pragma once

#include "transaction/sign_on/acr.h"
#include "transaction/sign_on/judge.h"

struct sign_on_view {
	const struct sign_on_case *of;
	enum persona chosen;         /* here, before, or else as whom the page begins */
	struct sign_on_as {
		enum persona persona;
		bool enough;         /* what was shown is enough for it; else a login follows the agreement */
		const struct release_offer *offer; /* NULL: it is not, and what there is is not shown */
		bool lacks;          /* something without which the service does not work */
	} personas[PERSONAS];        /* of the relying party's record, the chosen one first */
	size_t persona_count;
	const struct consent *before; /* in force, as whichever persona; NULL: none */
	struct acr level;            /* that would be told; of no area: none */
};
/* Borrowed until the callback has returned. ERR_DENIED: nobody is logged in here, or not as it must be: the browser is
 * to go on to the sign-on's path, and is led; else as of sign_on_continue(). */
typedef void on_sign_on_look(void *arg, enum err, const struct sign_on_view *, const struct problem *why);
struct pending *sign_on_look(struct store *, struct arena *, const struct sign_on_settings *,
    const struct sign_on_request *, on_sign_on_look *, void *arg);

/* Of what is loaded: ERR_DENIED, ERR_UNAVAILABLE. In the arena. */
enum err sign_on_view_of(struct arena *, const struct sign_on_case *, struct sign_on_view *out, struct problem *why);
/* As this persona; NULL: it is none of the relying party's. */
const struct sign_on_as *sign_on_as(const struct sign_on_view *, enum persona);

/* Where the browser goes on, in the arena. */
struct span sign_on_location(struct arena *, const struct sign_on_settings *, const struct sign_on *);
