/* front/oidc/userinfo.c - GET, POST /oidc/userinfo: what of the person the holder of an access token is told (OpenID
 * Connect Core s5.3).
 *
 *     access token -> what it stands for (holding.h) -> claims -> JSON, or a JWT where the client registered so
 */
#include "codec/form.h"
#include "codec/json_writer.h"
#include "front/oidc/client_form.h"
#include "front/oidc/cross_origin.h"
#include "front/oidc/front.h"
#include "front/oidc/holding.h"
#include "front/oidc/oauth_error.h"
#include "front/oidc/scope.h"

#define ANSWER_LARGEST (64 * KIB)

struct asking {
	struct exchange *exchange;
	struct oidc_front *front;
	const char *fields;          /* of the answer */
};

static on_holding on_token_found;
static on_token on_userinfo;

/* One way at a time (RFC 6750 s2); never in the address, which is kept in logs and histories (RFC 9700 s4.3.2). */
static enum err
read_token(const struct exchange *e, struct span *out, struct problem *why)
{
	static const char *const names[] = { "access_token" };
	struct span authorization, rest, scheme, in_address, in_form = { 0 };
	struct problem own;

	if (form_read(e->arena, e->request->query, names, &in_address, 1, &own) != OK || in_address.data)
		return problem_set(why, ERR_INVALID, "RFC 9700 s4.3.2", "a token has no place in an address");
	if (authorization_of(e, &authorization, why) != OK ||
	    form_read(e->arena, e->body, names, &in_form, 1, why) != OK)
		return why->code = ERR_INVALID;
	rest = authorization;
	scheme = span_cut(&rest, ' ');
	*out = span_equal_nocase(scheme, span_text("Bearer")) ? span_trim(rest) : (struct span){ 0 };
	if (out->size && in_form.size)
		return problem_set(why, ERR_INVALID, "RFC 6750 s2", "expected one access token, found two");
	if (in_form.size)
		*out = in_form;
	return OK;
}

void
serve_userinfo(struct exchange *e, void *arg)
{
	struct asking *a = arena_new(e->arena, struct asking);
	struct problem why;
	struct span token = { 0 };

	*a = (struct asking){ .exchange = e, .front = arg, .fields = "" };
	if (read_token(e, &token, &why) != OK)
		oauth_refuse_bearer(e, 400, "invalid_request", "", &why);
	else if (!token.size)
		oauth_refuse_bearer(e, 401, NULL, "", NULL);
	else
		exchange_hold(e, holding_find(a->front->store, e->arena, a->front->settings, &(struct holding_asked){
			.token = token, .places = RELEASE_AT_USERINFO, .now = clock_now(),
		}, on_token_found, a));
}

static void
write_claims(struct buffer *b, const struct asking *a, const struct holding *h, bool is_signed)
{
	buffer_byte(b, '{');
	if (is_signed) {
		json_write_member(b, "iss", a->front->settings->issuer);
		json_write_member(b, "aud", h->client->id);
	}
	json_write_member(b, "sub", h->grant.subject);
	told_write(b, &h->told, &h->client->rp, RELEASE_AT_USERINFO);
	buffer_byte(b, '}');
}

static void
tell(struct asking *a, const struct holding *h)
{
	const enum client_algorithm algorithm = h->client->metadata.userinfo;
	struct buffer b = buffer_init(ANSWER_LARGEST);

	write_claims(&b, a, h, algorithm != CLIENT_UNSIGNED);
	if (algorithm == CLIENT_UNSIGNED)
		oauth_answer(a->exchange, a->fields, buffer_span(&b));
	else
		exchange_hold(a->exchange, oidc_sign(a->front->settings, a->exchange->arena, OIDC_USERINFO, algorithm,
		    buffer_span(&b), on_userinfo, a));
	buffer_release(&b);
}

static void
on_token_found(void *arg, enum err err, const struct holding *h, const struct problem *why)
{
	struct asking *a = arg;
	struct problem own;

	exchange_hold(a->exchange, NULL);
	if (err == ERR_NOT_FOUND) {
		oauth_refuse_bearer(a->exchange, 401, "invalid_token", "", why);
		return;
	}
	if (err != OK) {
		oauth_refuse_failure(a->exchange, err, why);
		return;
	}
	a->fields = cross_origin_fields(a->exchange, h->client);
	if (scope_has(h->scope, span_text("openid"))) {
		tell(a, h);
	} else {
		problem_set(&own, ERR_DENIED, "RFC 6750 s3.1", "the token is not for openid");
		oauth_refuse_bearer(a->exchange, 403, "insufficient_scope", a->fields, &own);
	}
}

static void
on_userinfo(void *arg, enum err err, struct span token, const struct problem *why)
{
	struct asking *a = arg;

	exchange_hold(a->exchange, NULL);
	if (err != OK)
		oauth_refuse_failure(a->exchange, err, why);
	else
		exchange_reply(a->exchange, &(struct reply){ .status = 200, .body = token,
			.fields = span_text(arena_print(a->exchange->arena,
			"Content-Type: application/jwt\r\nCache-Control: no-store\r\n%s", a->fields)) });
}

/* A page's browser asks whether it may ask with a token (Fetch s4.8). Whose page it is, the token tells, which is not
 * there yet: what is answered to it is read by the client's own pages alone. */
void
allow_userinfo(struct exchange *e, void *front)
{
	const struct span origin = message_header(e->request, "Origin");
	const char *fields = "Allow: GET, HEAD, POST, OPTIONS\r\nCache-Control: no-store\r\n";

	(void)front;
	if (span_starts(origin, "https://"))
		fields = arena_print(e->arena, "%sAccess-Control-Allow-Origin: %.*s\r\nVary: Origin\r\n"
		    "Access-Control-Allow-Methods: GET, POST\r\nAccess-Control-Allow-Headers: Authorization\r\n",
		    fields, SPAN_ARGS(origin));
	exchange_reply(e, &(struct reply){ .status = 204, .fields = span_text(fields) });
}
