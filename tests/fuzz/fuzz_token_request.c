/* tests/fuzz/fuzz_token_request.c - what is read of a client's form and of its Authorization header (the first line) is
 * whole, within its bounds, and once there; a text is a token of one kind at most.
 */
#include <assert.h>

#include "codec/text.h"
#include "front/oidc/scope.h"
#include "front/oidc/token_request.h"
#include "transaction/grant/grant.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_text(struct span text)
{
	assert(!text.size || (utf8_valid(text) && !memchr(text.data, 0, text.size)));
}

static void
check_token(struct span text)
{
	uint8_t digest[32];
	unsigned kinds = 0;
	struct id id;

	for (int kind = GRANT_CODE; kind < GRANT_TOKENS; kind++)
		if (grant_token_read(text, (enum grant_token)kind, &id, digest)) {
			assert(text.size < GRANT_TOKEN_TEXT && span_starts(text, "w"));
			kinds++;
		}
	assert(kinds <= 1);
}

static void
check_scope(struct arena *a, struct span scope)
{
	const struct span granted = span_text("openid profile email");
	struct span narrow, again;

	if (!scope_valid(scope) || !scope_narrow(a, granted, scope, &narrow))
		return;
	assert(narrow.size && narrow.size <= granted.size && scope_valid(narrow));
	assert(scope_narrow(a, granted, narrow, &again) && span_equal(again, narrow));
	assert(scope_narrow(a, narrow, scope, &again) && span_equal(again, narrow));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = arena_init(1 * MIB + 64 * size);
	struct span body = span_of(data, size), authorization = span_cut(&body, '\n');
	struct token_request r;
	struct problem why;
	const enum err err = token_request_read(&a, authorization, body, &r, &why);

	assert(err == OK || ((err == ERR_SYNTAX || err == ERR_LIMIT || err == ERR_INVALID || err == ERR_UNSUPPORTED ||
	    err == ERR_DENIED) && why.code == err && why.text[0]));
	if (err == OK) {
		assert(r.asked == TOKEN_OF_CODE ? r.code.size > 0 : r.refresh_token.size > 0);
		assert(r.asked == TOKEN_OF_REFRESH || !r.refresh_token.size);
		assert(!r.scope.size || scope_valid(r.scope));
		check_text(r.code);
		check_text(r.redirect_uri);
		check_text(r.verifier);
		check_text(r.client.basic_id);
		check_text(r.client.basic_secret);
		check_text(r.client.form_id);
		check_text(r.client.assertion);
		assert(r.client.basic || !r.client.basic_id.size);
		check_token(r.code);
		check_token(r.refresh_token);
		check_scope(&a, r.scope);
	}
	check_token(span_of(data, size));
	check_scope(&a, span_of(data, size));
	arena_release(&a);
	return 0;
}
