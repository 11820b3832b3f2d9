/* transaction/session/account_access.h - who asks about an account, and whether what was shown is enough for it.
 *
 *     cookie -> session, account -> proofing records -> parties -> assessed -> told
 *
 * Enough for looking is not enough for changing (person_settings: account, change …). Two are let in without an
 * authentication: whoever was proofed a moment ago, and whoever opened an account of which nobody has proved anything,
 * from the browser that opened it.
 */
#pragma once

#include "http/exchange.h"
#include "transaction/session/person_settings.h"

struct account_access {
	const struct session *session;
	const struct account *account;
	const struct proofing_record *records; /* the newest first */
	size_t record_count;
	struct instant now;
	bool just_proofed;
	bool unconfirmed;            /* a provisional account, in the browser that opened it */
	bool enough;
	/* As it was asked, for further questions; its policies are there until the callback returns. */
	const struct assessing *assessing;
	const struct assessed *assessed;
};

/* ERR_DENIED: nobody is logged in here: 401. What was shown and is not enough is no error. All but the policies lives
 * in the exchange's arena. */
typedef void on_account_access(void *arg, enum err, const struct account_access *, const struct problem *why);
struct pending *account_access(struct store *, const struct exchange *, const struct person_settings *,
    const struct requirement_name *wanted, struct instant now, on_account_access *, void *arg);

/* Whether it would be enough had nothing been shown by recovery codes. One code is half of what recovering an account
 * asks (SP 800-63B-4 s4.2), and whoever has it may add authenticators and give lost ones up; of an account that is
 * erased nothing comes back, so it takes another authenticator, or the card. That there is no other is no exception:
 * whoever has the code can revoke them. Within on_account_access(). ERR_DENIED: it would not. */
enum err account_access_beyond_recovery(struct arena *, const struct account_access *, struct problem *why);

/* What an exchange is answered when it is not: 401 for ERR_DENIED, else what the error means; and 403 with what a login
 * must be begun for ("change", "authenticator", "erase" …), whose `step_up` the page follows. */
void account_access_refuse(struct exchange *, enum err, const struct problem *);
void account_access_step_up(struct exchange *, const char *why_word, const struct problem *);
