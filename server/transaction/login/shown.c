/* transaction/login/shown.c - an authenticator that was shown in a login. */
#include "transaction/login/shown.h"

enum { ASK_ACCOUNT, ASK_CREDENTIAL };

enum err
login_shown_named(const struct ask *name, struct login_shown *out, struct problem *why)
{
	if (!name->count)
		return problem_set(why, ERR_NOT_FOUND, "", "this authenticator is registered with no account");
	if (!credential_name_read(name->rows[0].value, &out->account, &out->id))
		return problem_set(why, ERR_UNAVAILABLE, "",
		    "an authenticator's name in the store is of a form this build does not know");
	return OK;
}

void
login_shown_ask(struct arena *arena, const struct login_shown *s, struct ask out[LOGIN_SHOWN_ASKS])
{
	out[ASK_ACCOUNT] = account_ask(&s->account);
	out[ASK_CREDENTIAL] = credential_ask(arena, &s->account, &s->id);
}

enum err
login_shown_loaded(struct arena *arena, const struct ask asked[LOGIN_SHOWN_ASKS], struct login_shown *s,
    struct problem *why)
{
	const struct ask *credential = &asked[ASK_CREDENTIAL];
	enum err err = account_loaded(arena, &asked[ASK_ACCOUNT], &s->whose, why);

	if (err != OK)
		return err;
	return credential_loaded(arena, credential->count ? credential->rows : NULL, &s->credential, why);
}

bool
login_shown_refused(struct arena *arena, const struct login_shown *s, const struct login *l, const char *what,
    struct instant now, struct login_refusal *out)
{
	const struct credential *c = &s->credential;
	const char *reason;

	if (!credential_usable(c, now, &reason)) {
		*out = (struct login_refusal){ .step = "state", .reason = reason, .clause = "NIST SP 800-63B-4 s4.3",
			.text = span_text(arena_print(arena, "this %s is %s%s%.*s%s, and nobody logs in with it", what,
			    reason, c->reason.size ? " (" : "", SPAN_ARGS(c->reason), c->reason.size ? ")" : "")) };
		return true;
	}
	if (id_given(&l->account) && !id_equal(&l->account, &s->account)) {
		*out = (struct login_refusal){ .step = "account", .clause = "",
			.text = span_text("this login is another account's already: log out, or begin a new login") };
		return true;
	}
	return false;
}
