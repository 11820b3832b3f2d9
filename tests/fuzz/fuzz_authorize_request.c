/* tests/fuzz/fuzz_authorize_request.c - whatever a browser brings as an authorization request: what is taken of it has
 * its bounds and no contradictions, and where the answer goes is kept as it was.
 */
#include <assert.h>

#include "front/oidc/authorize_request.h"
#include "transaction/client/client.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_answer(const struct answer_to *to, struct span kept)
{
	struct answer_to again;

	assert(answer_to_read(kept, &again));
	assert(span_equal(again.state, to->state) && again.form_post == to->form_post);
	assert(span_is(again.redirect_uri, "https://bank.example/cb"));
	assert(strcmp(again.language, to->language) == 0);
	for (size_t i = 0; i < to->state.size; i++)
		assert(to->state.data[i] >= ' ');
}

static void
check_asked(const struct sign_on *s)
{
	struct buffer row = buffer_init(64 * KIB);
	struct sign_on again;

	assert(s->scope.size && s->scope.size <= SIGN_ON_TEXT_LARGEST && s->nonce.size <= SIGN_ON_TEXT_LARGEST);
	assert(s->acr_values.size <= SIGN_ON_TEXT_LARGEST && (!s->acr_essential || s->acr_values.size));
	assert(s->request.size <= SIGN_ON_TEXT_LARGEST && s->wish_count <= RELEASE_KINDS && s->max_age >= -1);
	assert(!s->never_ask || !(s->login_anew || s->consent_anew || s->account_anew));
	assert(!s->offline || s->consent_anew);
	sign_on_write(&row, s);
	assert(!row.overflowed && sign_on_read(buffer_span(&row), &again));
	assert(span_equal(again.nonce, s->nonce) && span_equal(again.scope, s->scope));
	buffer_release(&row);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t none[32];
	struct arena a = arena_init(4 * MIB);
	struct client client = { .id = span_text("https://bank.example/"), .metadata = { .max_age = -1, .pkce = true,
		.grants = CLIENT_GRANT_CODE | CLIENT_GRANT_REFRESH } };
	const struct authorize_terms terms = { .client = &client,
		.redirect_uri = span_text("https://bank.example/cb"),
		.hint = { .issuer = span_text("https://op.example"), .now = { SECONDS(1795349000) } } };
	struct authorize_who who;
	struct sign_on asked;
	struct answer_to to;
	struct problem why;
	const char *error;

	if (size > AUTHORIZE_REQUEST_LARGEST)
		return 0;
	if (authorize_who_read(&a, span_of(data, size), &who, &why) == OK)
		assert(who.client_id.size && who.client_id.size <= CLIENT_ID_LARGEST && who.redirect_uri.size);
	error = authorize_request_read(&a, span_of(data, size), &terms, &asked, &to, &why);
	assert(span_is(to.redirect_uri, "https://bank.example/cb") && to.state.size <= ANSWER_STATE_LARGEST);
	if (error) {
		assert(why.text[0] && error[0]);
	} else {
		assert(memcmp(asked.challenge, none, sizeof(none)) != 0);
		check_answer(&to, asked.answer);
		check_asked(&asked);
	}
	arena_release(&a);
	return 0;
}
