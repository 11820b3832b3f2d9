/* front/oidc/token_signing.c - claims become a token. Somebody waits for each: the header was made when the key was
 * opened, and the token is written once, with room for the signature behind it. */
#include "front/oidc/token_signing.h"

#include "base/turn.h"
#include "codec/text.h"
#include "signer/client.h"

#define SIGNATURE_TEXT_LARGEST 520 /* base64url of RSA-3072's, and the dot */

/* In the caller's arena. */
struct token_signing {
	struct pending pending;
	struct pending *step;
	struct figures *figures;
	struct arena *arena;
	uint8_t *token;          /* the signing input, and room */
	size_t size;             /* of the input */
	on_token *done;
	void *arg;
	/* What could not be asked for is told when the turn is over. */
	struct later refused;
	struct turn *turn;
	struct problem why;
};

static on_signed on_signature;

static void
cancel_signing(struct pending *pending)
{
	struct token_signing *s = (struct token_signing *)pending;

	pending_cancel(&s->step);
	turn_cancel(s->turn, &s->refused);
}

static void
refuse(void *arg)
{
	struct token_signing *s = arg;

	s->done(s->arg, s->why.code, (struct span){ 0 }, &s->why);
}

static void
write_input(struct token_signing *s, const char *header, struct span claims)
{
	struct span encoded = base64url_write(s->arena, claims);
	size_t before = strlen(header);

	s->size = before + encoded.size;
	s->token = arena_space(s->arena, s->size + SIGNATURE_TEXT_LARGEST);
	memcpy(s->token, header, before);
	if (encoded.size)
		memcpy(s->token + before, encoded.data, encoded.size);
}

struct pending *
token_sign(const struct token_signer *by, struct arena *a, enum oidc_signed kind, enum client_algorithm algorithm,
    struct span claims, on_token *done, void *arg)
{
	typedef struct pending *sign(struct signer_client *, const char *, struct span, on_signed *, void *);
	static sign *const signs[OIDC_SIGNED_KINDS] = {
		[OIDC_ID_TOKEN] = sign_id_token,
		[OIDC_USERINFO] = sign_userinfo,
		[OIDC_INTROSPECTION] = sign_introspection,
		[OIDC_LOGOUT_TOKEN] = sign_logout_token,
	};
	const struct oidc_key *key = oidc_keys_active(by->keys, algorithm);
	struct token_signing *s = arena_new(a, struct token_signing);

	*s = (struct token_signing){ .pending = { cancel_signing }, .figures = by->figures, .arena = a,
		.done = done, .arg = arg, .turn = oidc_keys_turn(by->keys),
		.refused = { .run = refuse, .arg = s } };
	if (!key) {
		problem_set(&s->why, ERR_UNAVAILABLE, "OIDC Core s10.1", "no key for %s is active",
		    client_algorithm_name(algorithm));
		turn_later(s->turn, &s->refused);
		return &s->pending;
	}
	write_input(s, key->headers[kind], claims);
	s->step = signs[kind](by->signer, key->name, span_of(s->token, s->size), on_signature, s);
	return &s->pending;
}

struct pending *
oidc_sign(const struct oidc_settings *settings, struct arena *a, enum oidc_signed kind, enum client_algorithm algorithm,
    struct span claims, on_token *done, void *arg)
{
	return token_sign(&(struct token_signer){ settings->signer, settings->keys, settings->person->figures }, a,
	    kind, algorithm, claims, done, arg);
}

static void
on_signature(void *arg, enum err err, struct span signature, const struct problem *why)
{
	struct token_signing *s = arg;
	struct span text;

	s->step = NULL;
	if (err != OK) {
		/* A key that the signer does not have yet, or has no more, it has in a moment, or we know of. */
		s->why = *why;
		s->why.code = err == ERR_LIMIT ? ERR_LIMIT : ERR_UNAVAILABLE;
		s->done(s->arg, s->why.code, (struct span){ 0 }, &s->why);
		return;
	}
	text = base64url_write(s->arena, signature);
	if (text.size >= SIGNATURE_TEXT_LARGEST) {
		problem_set(&s->why, ERR_UNAVAILABLE, "", "the signature has %zu bytes", signature.size);
		s->done(s->arg, s->why.code, (struct span){ 0 }, &s->why);
		return;
	}
	figure_add(s->figures, FIGURE_TOKENS_SIGNED, 1);
	s->token[s->size++] = '.';
	memcpy(s->token + s->size, text.data, text.size);
	s->done(s->arg, OK, span_of(s->token, s->size + text.size), NULL);
}
