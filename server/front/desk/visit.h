/* front/desk/visit.h - one request at the desk: by which registrar, logged in well enough.
 *
 *     visit -> [a page of ours?] -> account_access -> registrar, enough shown -> go_on -> desk's flow -> answered
 */
#pragma once

#include "front/desk/desk.h"
#include "http/exchange.h"
#include "transaction/session/account_access.h"
#include "transaction/desk/desk.h"

struct desk_front {
	struct store *store;
	const struct person_settings *settings;
};

struct desk_visit {
	struct exchange *exchange;
	struct desk_front *front;
	struct instant now;
	struct account registrar;
	struct ask ask;              /* of the list */
	void (*go_on)(struct desk_visit *);
	struct problem why;
};

/* Goes on, or has answered: 403 for a page of another site or who is no registrar, 401 for nobody, 403 with a step-up
 * for too little. */
void desk_visit_begin(struct exchange *, struct desk_front *, void (*go_on)(struct desk_visit *));
/* visit->why answered as it usually is. */
void desk_visit_refuse(struct desk_visit *);
/* The path's case; false: answered with 404. */
bool desk_visit_case(struct desk_visit *, struct id *out);

/* What came of a flow, as JSON: 200, of an opened case 201. */
on_desk on_desk_opened, on_desk_told;

/* Reading (case_request.c). ERR_SYNTAX, ERR_INVALID, ERR_LIMIT with the JSON pointer. */
enum err desk_open_read(struct exchange *, struct desk_open *out, struct problem *why);
struct desk_settling {
	struct span account;
	enum desk_settled settled;
};
enum err desk_settling_read(struct exchange *, struct desk_settling *out, struct problem *why);

/* Writing (case_writing.c): an object. `settings` for the link of a hand-over. ERR_LIMIT from the code's picture. */
enum err desk_case_tell(struct buffer *, struct arena *, const struct person_settings *, const struct desk_result *,
    struct problem *why);

/* The routes' handlers. */
route_handler desk_list, desk_case_open, desk_case_look, desk_case_second, desk_case_same, desk_case_end,
    desk_case_take_back, desk_phone_take;
