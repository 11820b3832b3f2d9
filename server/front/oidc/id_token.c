/* front/oidc/id_token.c - the claims of an ID token. */
#include "front/oidc/id_token.h"

#include "codec/json_writer.h"
#include "crypto/digest.h"
#include "ledger/entry.h"

/* The left half of SHA-256, which is the hash of each algorithm that ID tokens are signed with here (s3.1.3.6). */
static void
write_hash(struct buffer *b, struct arena *arena, struct span access_token)
{
	uint8_t hash[32];

	digest(DIGEST_SHA256, access_token, hash);
	json_write_member(b, "at_hash", base64url_write(arena, span_of(hash, sizeof(hash) / 2)));
}

void
id_token_begin(struct buffer *b, struct arena *arena, const struct id_token *t)
{
	const struct grant *g = t->grant;
	char decision[LEDGER_ID_TEXT];

	buffer_byte(b, '{');
	json_write_member(b, "iss", t->issuer);
	json_write_member(b, "sub", g->subject);
	json_write_member(b, "aud", g->client);
	json_write_seconds(b, "iat", t->now);
	json_write_seconds(b, "exp", instant_after(t->now, t->lasts));
	json_write_seconds(b, "auth_time", g->authenticated);
	json_write_given(b, "nonce", t->nonce);
	json_write_given(b, "acr", g->context);
	json_write_words(b, "amr", g->methods);
	json_write_given(b, "sid", t->session);
	/* By it the relying party finds the decision in the ledger, and its receipt (front/ledger/). */
	if (id_given(&g->decision))
		json_write_member(b, "txn", span_text(ledger_id_text(&g->decision, decision)));
	if (t->access_token.size)
		write_hash(b, arena, t->access_token);
}
