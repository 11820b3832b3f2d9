/* front/oidc/token_request.c - what a client asks of the token endpoint, read. */
#include "front/oidc/token_request.h"

#include "front/oidc/scope.h"

#define WORD_SHOWN 64

enum parameter { GRANT_TYPE, CODE, REDIRECT_URI, VERIFIER, REFRESH_TOKEN, SCOPE, PARAMETERS };
static const char *const parameters[PARAMETERS] = {
	[GRANT_TYPE] = "grant_type",
	[CODE] = "code",
	[REDIRECT_URI] = "redirect_uri",
	[VERIFIER] = "code_verifier",
	[REFRESH_TOKEN] = "refresh_token",
	[SCOPE] = "scope",
};

static enum err
missing(struct problem *why, const char *clause, enum parameter which)
{
	return problem_set(why, ERR_SYNTAX, clause, "%s: expected one, found none", parameters[which]);
}

static enum err
read_code(const struct span *values, struct token_request *out, struct problem *why)
{
	if (!values[CODE].size)
		return missing(why, "RFC 6749 s4.1.3", CODE);
	out->asked = TOKEN_OF_CODE;
	out->code = values[CODE];
	out->redirect_uri = values[REDIRECT_URI];
	out->verifier = values[VERIFIER];
	return OK;
}

static enum err
read_refresh(const struct span *values, struct token_request *out, struct problem *why)
{
	if (!values[REFRESH_TOKEN].size)
		return missing(why, "RFC 6749 s6", REFRESH_TOKEN);
	if (values[SCOPE].size && !scope_valid(values[SCOPE]))
		return problem_set(why, ERR_INVALID, "RFC 6749 s3.3",
		    "scope: expected words with a blank between them");
	out->asked = TOKEN_OF_REFRESH;
	out->refresh_token = values[REFRESH_TOKEN];
	out->scope = values[SCOPE];
	return OK;
}

enum err
token_request_read(struct arena *arena, struct span authorization, struct span body, struct token_request *out,
    struct problem *why)
{
	struct span values[PARAMETERS];

	*out = (struct token_request){ .asked = TOKEN_OF_NOTHING };
	if (client_form_read(arena, authorization, body, parameters, values, PARAMETERS, &out->client, why) != OK)
		return why->code;
	if (!values[GRANT_TYPE].size)
		return missing(why, "RFC 6749 s4.1.3", GRANT_TYPE);
	if (span_is(values[GRANT_TYPE], "authorization_code"))
		return read_code(values, out, why);
	if (span_is(values[GRANT_TYPE], "refresh_token"))
		return read_refresh(values, out, why);
	return problem_set(why, ERR_UNSUPPORTED, "RFC 6749 s5.2",
	    "grant_type: expected authorization_code or refresh_token, found \"%.*s\"",
	    SPAN_ARGS(span_first(values[GRANT_TYPE], WORD_SHOWN)));
}
