/* front/oidc/end_session_request.c - a relying party's wish that a person be logged out, and what follows from it. */
#include "front/oidc/end_session_request.h"

#include "codec/form.h"
#include "front/oidc/answer.h"

/* Read */

static void
read_hint(struct arena *a, const struct id_token_terms *terms, struct end_session *out)
{
	struct id_token_terms own = *terms;
	struct problem why;

	own.client = out->client_id;
	if (id_token_hint_read(a, out->token, &own, &out->hint, &why) != OK) {
		out->hint = (struct id_token_hint){ .client = { 0 } };
		out->wrong = true;
	} else {
		out->client_id = out->hint.client;
	}
}

void
end_session_read(struct arena *a, struct span form, const struct id_token_terms *terms, struct end_session *out)
{
	enum { TOKEN, CLIENT, URI, STATE, LOCALES, PARAMETERS };
	static const char *const names[PARAMETERS] = { "id_token_hint", "client_id",
	    "post_logout_redirect_uri", "state",
		"ui_locales" };
	struct span p[PARAMETERS];
	struct problem why;

	*out = (struct end_session){ .wrong = false };
	if (form_read(a, form, names, p, PARAMETERS, &why) != OK || p[CLIENT].size > CLIENT_ID_LARGEST ||
	    p[STATE].size > ANSWER_STATE_LARGEST) {
		out->wrong = true;
		return;
	}
	out->token = p[TOKEN];
	out->client_id = p[CLIENT];
	out->uri = p[URI];
	out->state = p[STATE];
	answer_language(p[LOCALES], out->language);
	if (out->token.size)
		read_hint(a, terms, out);
}

/* Judged */

/* The name of the account at this client, as whomever of its personas. */
static bool
is_theirs(struct arena *a, const struct end_session *e, const struct end_session_found *f)
{
	for (enum persona p = PERSONA_NONE + 1; p < PERSONAS; p++) {
		const struct pairwise name = pairwise_name(f->key, f->client->rp.sector, p, &f->account->id);

		if (span_equal(pairwise_subject(a, &name), e->hint.subject))
			return true;
	}
	return false;
}

/* An ID token of an earlier session says who is meant, not that this one is. */
static bool
is_this_session(struct arena *a, const struct end_session *e, const struct end_session_found *f)
{
	return !e->hint.session.size ||
	    span_equal(e->hint.session, pairwise_session(a, f->key, f->session, f->client->id));
}

struct end_session_verdict
end_session_judge(struct arena *a, const struct end_session *e, const struct end_session_found *f)
{
	const bool registered = f->client && e->uri.size && oidc_client_returns(&f->client->metadata, e->uri);
	const bool wrong = e->wrong || (e->client_id.size && !f->client) || (e->uri.size && !registered);
	const bool known = !wrong && f->client && e->hint.subject.size;

	if (!f->account)
		return (struct end_session_verdict){ .back = known && registered };
	if (known && is_theirs(a, e, f) && is_this_session(a, e, f))
		return (struct end_session_verdict){ .end = true, .back = registered };
	return (struct end_session_verdict){ .ask = true, .back = registered && !wrong };
}
