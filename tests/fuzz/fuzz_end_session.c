/* tests/fuzz/fuzz_end_session.c - what is read of a relying party's wish that a person be logged out is whole and
 * within its bounds; without an ID token of this issuer's nothing ends unasked, and nobody is sent to an address that
 * is not registered.
 */
#include <assert.h>

#include "codec/text.h"
#include "front/oidc/end_session_request.h"

#define BACK "https://shop.example/bye"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_text(struct span text)
{
	assert(text.size <= END_SESSION_LARGEST && (!text.size || utf8_valid(text)));
}

static void
check_verdict(struct arena *a, const struct end_session *asked, const struct client *client,
    const struct account *account)
{
	static const struct pairwise_key key = { { 1 } };
	const struct end_session_verdict v = end_session_judge(a, asked,
	    &(struct end_session_found){ .client = client, .account = account, .key = &key });

	assert(!(v.ask && v.end));
	assert(!v.end);                                /* no token of ours can be made up */
	assert(v.ask == (account != NULL));
	assert(!v.back || (client && !asked->wrong && span_is(asked->uri, BACK)));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct span back = span_text(BACK);
	const struct client shop = { .id = span_text("https://shop.example/"),
		.metadata.post_logout_redirect_uris = { &back, 1 } };
	const struct id_token_terms terms = {
		.issuer = span_text("https://op.example"), .now = { SECONDS(1000000000) } };
	struct arena a = arena_init(1 * MIB + 64 * size);
	const struct account account = { .id = { { 7 } } };
	struct end_session asked;

	end_session_read(&a, span_of(data, size), &terms, &asked);
	assert(!asked.hint.subject.size);
	assert(!asked.language[0] || strcmp(asked.language, "ja") == 0 || strcmp(asked.language, "en") == 0);
	check_text(asked.client_id);
	check_text(asked.uri);
	check_text(asked.state);
	check_verdict(&a, &asked, NULL, NULL);
	check_verdict(&a, &asked, NULL, &account);
	check_verdict(&a, &asked, &shop, NULL);
	check_verdict(&a, &asked, &shop, &account);
	arena_release(&a);
	return 0;
}
