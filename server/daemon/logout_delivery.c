/* daemon/logout_delivery.c - clients are told that a session has ended. */
#include "daemon/logout_delivery.h"

#include <stdlib.h>

#include "base/log.h"
#include "base/random.h"
#include "codec/json_writer.h"
#include "codec/text.h"
#include "daemon/outbox.h"
#include "daemon/sending.h"
#include "transaction/client/client.h"
#include "transaction/logout/logout_notice.h"

#define AT_ONCE 32
#define TO_ONE_CLIENT 4              /* a client that hangs holds up nobody else */
#define TELLING_LARGEST (4 * MIB)
#define CLAIMS_LARGEST (16 * KIB)
#define ANSWER_LARGEST (64 * KIB)    /* nobody reads it */
#define POST_TIME SECONDS(10)
#define FIRST_WAIT SECONDS(10)
#define COMMIT_AGAIN SECONDS(1)
#define TOKEN_IDENTIFIER 16          /* random bytes of jti */

enum verdict { PUT_BACK, TOLD, UNTOLD, GIVEN_UP }; /* UNTOLD: the client does not listen */

struct telling {
	struct logout_delivery *all;
	struct telling *next, **to_here;
	struct arena arena;
	struct logout_notice notice;     /* copied */
	uint64_t generation;             /* of its row */
	struct span uri;
	struct pending *step;
	enum verdict verdict;
	struct timer again;              /* a commit that failed */
};

struct logout_delivery {
	struct loop *loop;
	struct logout_delivery_settings settings;
	struct outbox *outbox;
	struct telling *first;
	size_t count;
};

static on_client on_client_found;
static on_token on_signed_token;
static on_fetched on_answer;
static on_committed on_written;

/* Ending: what became of it is written into its row. */

static void
telling_free(struct telling *t)
{
	pending_cancel(&t->step);
	timer_release(&t->again);
	*t->to_here = t->next;
	if (t->next)
		t->next->to_here = t->to_here;
	t->all->count--;
	arena_release(&t->arena);
	free(t);
}

static void
write_verdict(void *arg)
{
	struct telling *t = arg;
	const struct logout_delivery_settings *s = &t->all->settings;
	const struct instant now = s->clock();
	struct arena a = arena_init(64 * KIB);
	struct unit *unit = unit_new(&a, store_tables(s->store), id_new(now));
	struct logout_notice n = t->notice;

	unit_expect(unit, &logout_notice_table, id_span(&n.id), t->generation);
	if (t->verdict == PUT_BACK) {
		n.next = sending_next(FIRST_WAIT, n.tries, now, n.until);
		n.tries++;
		logout_notice_put(unit, &n);
	} else {
		unit_delete(unit, &logout_notice_table, id_span(&n.id));
	}
	t->step = store_commit(s->store, unit, on_written, t);
	arena_release(&a);
}

/* A conflict: somebody took the row away. */
static void
on_written(void *arg, const struct committed *done)
{
	struct telling *t = arg;
	struct outbox *outbox = t->all->outbox;

	t->step = NULL;
	if (done->code != OK && done->code != ERR_CONFLICT) {
		log_warning("logout.not-written", "problem=%s", err_name(done->code));
		timer_set(&t->again, COMMIT_AGAIN);
		return;
	}
	telling_free(t);
	outbox_on_ended(outbox);
}

static void
end(struct telling *t, enum verdict verdict, const char *reason)
{
	static const enum figure figures[] = {
		[PUT_BACK] = FIGURE_LOGOUTS_NOT_NOW, [TOLD] = FIGURE_LOGOUTS_TOLD, [GIVEN_UP] = FIGURE_LOGOUTS_GIVEN_UP,
	};
	const struct logout_notice *n = &t->notice;

	if (verdict != UNTOLD)
		figure_add(t->all->settings.figures, figures[verdict], 1);
	if (verdict == TOLD)
		log_info("logout.told", "client=%s tries=%u", LOG_SPAN(n->client), n->tries + 1);
	else if (verdict == PUT_BACK)
		log_info("logout.not-now", "client=%s tries=%u problem=%s", LOG_SPAN(n->client), n->tries + 1,
		    LOG_TEXT(reason));
	else if (verdict == GIVEN_UP)
		log_warning("logout.given-up", "client=%s tries=%u reason=%s", LOG_SPAN(n->client), n->tries,
		    LOG_TEXT(reason));
	t->verdict = verdict;
	write_verdict(t);
}

/* Telling */

/* Back-Channel Logout 1.0 s2.4: no nonce, and nothing else. */
static void
write_claims(const struct telling *t, struct buffer *b)
{
	const long long now = t->all->settings.clock().us / SECONDS(1);
	uint8_t identifier[TOKEN_IDENTIFIER];
	struct arena a = arena_init(KIB);

	random_bytes(identifier, sizeof(identifier));
	buffer_byte(b, '{');
	json_write_member(b, "iss", t->all->settings.issuer);
	json_write_member(b, "aud", t->notice.client);
	buffer_print(b, ",\"iat\":%lld,\"exp\":%lld", now, now + OPENID_LOGOUT_TOKEN_LONGEST / SECONDS(1));
	json_write_member(b, "jti", base64url_write(&a, span_of(identifier, sizeof(identifier))));
	buffer_text(b, ",\"events\":{\"http://schemas.openid.net/event/backchannel-logout\":{}}");
	if (t->notice.subject.size)
		json_write_member(b, "sub", t->notice.subject);
	if (t->notice.session.size)
		json_write_member(b, "sid", t->notice.session);
	buffer_byte(b, '}');
	arena_release(&a);
}

static void
go(struct telling *t)
{
	const struct logout_delivery_settings *s = &t->all->settings;

	if (!instant_before(s->clock(), t->notice.until))
		end(t, GIVEN_UP, "out of date");
	else
		t->step = client_find(s->store, s->clients, &t->arena, t->notice.client, s->clock(), on_client_found,
		    t);
}

static void
on_client_found(void *arg, enum err err, const struct client *client, const struct problem *why)
{
	struct telling *t = arg;
	struct buffer claims;

	t->step = NULL;
	if (err != OK) {
		end(t, err == ERR_NOT_FOUND || err == ERR_DENIED ? GIVEN_UP : PUT_BACK, why->text);
		return;
	}
	t->uri = client->metadata.logout_uri;
	if (!t->uri.size) {
		end(t, UNTOLD, "");
		return;
	}
	claims = buffer_init(CLAIMS_LARGEST);
	write_claims(t, &claims);
	t->step = token_sign(&t->all->settings.signer, &t->arena, OIDC_LOGOUT_TOKEN, client->metadata.id_token,
	    buffer_span(&claims), on_signed_token, t);
	buffer_release(&claims);
}

static void
on_signed_token(void *arg, enum err err, struct span token, const struct problem *why)
{
	struct telling *t = arg;

	t->step = NULL;
	if (err != OK) {
		end(t, PUT_BACK, why->text);
		return;
	}
	t->step = fetch_start(t->all->settings.fetcher, &(struct fetch){
		.url = arena_text(&t->arena, t->uri),
		.post = span_text(arena_print(&t->arena, "logout_token=%.*s", SPAN_ARGS(token))),
		.content_type = "application/x-www-form-urlencoded",
		.limit = ANSWER_LARGEST,
		.time = POST_TIME,
	}, on_answer, t);
}

/* Back-Channel Logout 1.0 s2.8. What a client says is wrong stays so. */
static void
on_answer(void *arg, enum err err, const struct fetched *fetched, const struct problem *why)
{
	struct telling *t = arg;

	t->step = NULL;
	if (err != OK)
		end(t, PUT_BACK, why->text);
	else if (fetched->status == 200 || fetched->status == 204)
		end(t, TOLD, "");
	else
		end(t, fetched->status == 400 ? GIVEN_UP : PUT_BACK,
		    arena_print(&t->arena, "the client answered %d", fetched->status));
}

/* What waits */

static bool
read_item(const struct row *row, struct outbox_item *out)
{
	struct logout_notice n;

	if (!logout_notice_read(row->value, &n))
		return false;
	*out = (struct outbox_item){ .made = n.made, .next = n.next, .tries = n.tries };
	return true;
}

static enum sending_place
place_of(void *arg, const struct row *row)
{
	const struct logout_delivery *d = arg;
	struct logout_notice n;
	size_t same = 0;

	if (!logout_notice_read(row->value, &n))
		return SENDING_TAKEN;
	for (const struct telling *t = d->first; t; t = t->next) {
		if (id_equal(&t->notice.id, &n.id))
			return SENDING_NOW;
		same += span_equal(t->notice.client, n.client);
	}
	return d->count < AT_ONCE && same < TO_ONE_CLIENT ? SENDING_FREE : SENDING_TAKEN;
}

static void
start(void *arg, const struct row *row)
{
	struct logout_delivery *d = arg;
	struct telling *t = calloc(1, sizeof(*t));

	if (!t)
		abort();
	t->all = d;
	t->arena = arena_init(TELLING_LARGEST);
	t->generation = row->generation;
	timer_init(&t->again, d->loop, write_verdict, t);
	t->next = d->first;
	t->to_here = &d->first;
	if (t->next)
		t->next->to_here = &t->next;
	d->first = t;
	d->count++;
	if (logout_notice_read(arena_copy(&t->arena, row->value), &t->notice))
		go(t);
	else
		telling_free(t);
}

struct logout_delivery *
logout_delivery_new(struct loop *loop, const struct logout_delivery_settings *settings)
{
	struct logout_delivery *d = calloc(1, sizeof(*d));

	if (!d)
		abort();
	*d = (struct logout_delivery){ .loop = loop, .settings = *settings };
	d->outbox = outbox_new(loop, &(struct outbox_settings){
		.store = settings->store, .table = &logout_notice_table, .clock = settings->clock,
		.figures = settings->figures, .waiting = FIGURE_LOGOUTS_WAITING, .failing = FIGURE_LOGOUTS_FAILING,
		.oldest = FIGURE_LOGOUTS_OLDEST, .read = read_item, .place = place_of, .start = start, .arg = d,
	});
	return d;
}

void
logout_delivery_free(struct logout_delivery *d)
{
	if (!d)
		return;
	while (d->first)
		telling_free(d->first);
	outbox_free(d->outbox);
	free(d);
}
