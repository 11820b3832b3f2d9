/* front/oidc/client_form.c - a form that a client posts about what it holds. */
#include "front/oidc/client_form.h"

#include <assert.h>

#include "codec/form.h"

enum parameter { ID, SECRET, ASSERTION_TYPE, ASSERTION, PARAMETERS };
static const char *const parameters[PARAMETERS] = {
	[ID] = "client_id",
	[SECRET] = "client_secret",
	[ASSERTION_TYPE] = "client_assertion_type",
	[ASSERTION] = "client_assertion",
};

enum err
client_form_read(struct arena *arena, struct span authorization, struct span body, const char *const *names,
    struct span *values, size_t count, struct client_credentials *out, struct problem *why)
{
	const char *all[CLIENT_FORM_OWN + PARAMETERS];
	struct span read[CLIENT_FORM_OWN + PARAMETERS];
	const struct span *own = read + count;

	assert(count <= CLIENT_FORM_OWN);
	memcpy(all, names, count * sizeof(*names));
	memcpy(all + count, parameters, sizeof(parameters));
	if (form_read(arena, body, all, read, count + PARAMETERS, why) != OK)
		return why->code;
	memcpy(values, read, count * sizeof(*values));
	*out = (struct client_credentials){ .form_id = own[ID], .form_secret = own[SECRET],
		.assertion_type = own[ASSERTION_TYPE], .assertion = own[ASSERTION] };
	if (!client_basic_read(arena, authorization, out))
		return problem_set(why, ERR_DENIED, "RFC 6749 s2.3.1",
		    "Authorization: expected id and secret in base64, a colon between, each coded as a form's values");
	return OK;
}

enum err
authorization_of(const struct exchange *e, struct span *out, struct problem *why)
{
	const struct message *m = e->request;
	size_t found = 0;

	*out = (struct span){ 0 };
	for (size_t i = 0; i < m->header_count; i++)
		if (span_equal_nocase(m->headers[i].name, span_text("Authorization"))) {
			*out = m->headers[i].value;
			found++;
		}
	return found < 2 ? OK : problem_set(why, ERR_SYNTAX, "RFC 9110 s11.6.2",
	    "expected one Authorization header, found two");
}
