/* front/oidc/registration.c - POST /oidc/register, and the client's own address below it: clients that register
 * themselves (RFC 7591, RFC 7592, OpenID Connect Registration 1.0).
 */
#include <openssl/crypto.h>

#include "codec/json_writer.h"
#include "front/oidc/front.h"
#include "front/oidc/oauth_error.h"
#include "transaction/client/client_metadata.h"
#include "transaction/client/client_registration.h"

#define ANSWER_LARGEST (4 * OIDC_CLIENT_LARGEST)

struct registration {
	struct exchange *exchange;
	const struct oidc_front *front;
	struct client_registering asked;
	struct client_proposal proposal;
	int status;                    /* when it is done */
};

/* Answering */

static void
refuse(struct registration *r, enum err err, enum client_fault fault, const struct problem *why)
{
	struct exchange *e = r->exchange;

	switch (fault) {
	case CLIENT_BAD_REDIRECT:
		oauth_refuse(e, 400, "invalid_redirect_uri", "", why);
		break;
	case CLIENT_BAD_METADATA:
		oauth_refuse(e, 400, "invalid_client_metadata", "", why);
		break;
	case CLIENT_BAD_REQUEST:
		oauth_refuse(e, 400, "invalid_request", "", why);
		break;
	case CLIENT_BAD_TOKEN:
		oauth_refuse_bearer(e, 401, r->asked.authorization.size ? "invalid_token" : NULL, "", why);
		break;
	case CLIENT_FORBIDDEN:
		oauth_refuse_bearer(e, 403, "insufficient_scope", "", why);
		break;
	case CLIENT_TOO_MANY:
		oauth_refuse(e, 403, "access_denied", "", why);
		break;
	default:
		/* Who was overtaken again and again may come again. */
		oauth_refuse_failure(e, err == ERR_CONFLICT ? ERR_UNAVAILABLE : err, why);
	}
}

/* RFC 7591 s3.2.1, RFC 7592 s3: what it is, and all that is registered of it. The metadata is an object of our own, of
 * which the braces go. */
static void
write_information(struct buffer *b, const struct registration *r, const struct client_information *told)
{
	const struct registered_client *c = told->client;
	const struct span issuer = r->front->settings->issuer;

	buffer_byte(b, '{');
	json_write_member(b, "client_id", span_text(told->id));
	buffer_print(b, ",\"client_id_issued_at\":%lld", (long long)(c->issued.us / SECONDS(1)));
	if (told->secret[0]) {
		json_write_member(b, "client_secret", span_text(told->secret));
		buffer_text(b, ",\"client_secret_expires_at\":0");
	}
	json_write_member(b, "registration_access_token", span_text(told->access));
	buffer_print(b, ",\"registration_client_uri\":\"%.*s/oidc/register/%s\"", SPAN_ARGS(issuer), told->id);
	json_write_member(b, "entity_id", c->entity_id);
	buffer_byte(b, ',');
	buffer_add(b, span_skip(c->metadata, 1));
}

static void
on_registration_done(void *arg, enum err err, enum client_fault fault, struct client_information *told,
    const struct problem *why)
{
	struct registration *r = arg;
	struct exchange *e = r->exchange;
	struct buffer b = buffer_init(ANSWER_LARGEST);

	exchange_hold(e, NULL);
	if (err != OK) {
		refuse(r, err, fault, why);
	} else if (!told) {
		exchange_reply(e, &(struct reply){ .status = r->status,
			.fields = span_text("Cache-Control: no-store\r\n") });
	} else {
		write_information(&b, r, told);
		exchange_reply_json(e, r->status, buffer_span(&b));
		OPENSSL_cleanse(told, sizeof(*told));
		OPENSSL_cleanse(b.data, b.room);
	}
	buffer_release(&b);
}

/* Asking */

/* NULL: it has been answered. */
static struct registration *
begin(struct exchange *e, const struct oidc_front *front, int status)
{
	struct registration *r = arena_new(e->arena, struct registration);
	struct problem why;

	if (!front->settings->registration) {
		problem_set(&why, ERR_NOT_FOUND, "", "clients do not register themselves here");
		exchange_refuse(e, 404, &why);
		return NULL;
	}
	*r = (struct registration){ .exchange = e, .front = front, .status = status };
	r->asked = (struct client_registering){
		.authorization = message_header(e->request, "Authorization"), .id = e->segment,
		.proposal = &r->proposal, .now = clock_now(),
	};
	return r;
}

static bool
read_body(struct registration *r)
{
	struct exchange *e = r->exchange;
	struct problem why;

	if (client_proposal_read(e->arena, e->body, &r->proposal, &why) == OK)
		return true;
	oauth_refuse(e, 400, "invalid_client_metadata", "", &why);
	return false;
}

void
register_client(struct exchange *e, void *front)
{
	const struct oidc_front *f = front;
	struct registration *r = begin(e, f, 201);

	if (r && read_body(r))
		exchange_hold(e, client_register(f->store, e->arena, &r->asked, on_registration_done, r));
}

void
show_client(struct exchange *e, void *front)
{
	const struct oidc_front *f = front;
	struct registration *r = begin(e, f, 200);

	if (r)
		exchange_hold(e, client_look(f->store, e->arena, &r->asked, on_registration_done, r));
}

void
change_client(struct exchange *e, void *front)
{
	const struct oidc_front *f = front;
	struct registration *r = begin(e, f, 200);

	if (r && read_body(r))
		exchange_hold(e, client_change(f->store, e->arena, &r->asked, on_registration_done, r));
}

void
remove_client(struct exchange *e, void *front)
{
	const struct oidc_front *f = front;
	struct registration *r = begin(e, f, 204);

	if (r)
		exchange_hold(e, client_remove(f->store, e->arena, &r->asked, on_registration_done, r));
}
