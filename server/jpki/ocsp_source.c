/* jpki/ocsp_source.c - asking an OCSP responder.
 *
 *     asked -> cached?  -> answered in this turn
 *        `---> somebody asks already?  -> waits with them
 *                 `-> request (nonce) -> courier -> response -> judged -> cached -> all who wait are answered
 *
 * All of it for one party at a time: an answer that one relying party had asked for is never another's.
 * A flight has copies of the certificates: whoever asked first may be gone when the answer comes.
 */
#include "jpki/ocsp_source.h"

#include <assert.h>
#include <stdlib.h>

#include "base/random.h"
#include "crypto/digest.h"
#include "jpki/answer_cache.h"

#define SETTINGS_LARGEST (256 * KIB)

static const struct span access_ocsp = { (const uint8_t *)"\x2b\x06\x01\x05\x05\x07\x30\x01", 8 };

struct ocsp_source;

struct waiter {
	struct pending pending; /* first: cancelling finds the waiter by it */
	struct ocsp_source *source;
	struct flight *flight;  /* NULL: its answer is there and told in this turn */
	struct waiter *next, **to_here;
	struct later later;
	struct revocation_answer answer;
	on_revocation *done;
	void *arg;
};

struct flight {
	struct ocsp_source *source;
	struct flight *next, **to_here;
	uint8_t key[ANSWER_KEY];
	uint8_t *bytes;         /* of both certificates */
	struct x509 certificate, issuer;
	uint8_t nonce[OCSP_NONCE];
	struct instant asked;
	int64_t began;          /* monotonic */
	struct pending *post;
	struct waiter *waiters;
};

struct ocsp_source {
	struct revocation_source source; /* first */
	struct courier *courier;
	struct ocsp_settings settings;   /* its texts in the arena */
	struct arena arena;
	struct answer_cache *cache;
	struct flight *flights;
	struct waiter *told;             /* those whose answer is there */
};

/* Waiting. */

static void
waiter_place(struct waiter *w, struct waiter **list)
{
	w->next = *list;
	w->to_here = list;
	if (w->next)
		w->next->to_here = &w->next;
	*list = w;
}

static void
waiter_leave(struct waiter *w)
{
	*w->to_here = w->next;
	if (w->next)
		w->next->to_here = w->to_here;
}

static void
flight_free(struct flight *f)
{
	assert(!f->waiters);
	pending_cancel(&f->post);
	*f->to_here = f->next;
	if (f->next)
		f->next->to_here = f->to_here;
	free(f->bytes);
	free(f);
}

static void
waiter_cancel(struct pending *pending)
{
	struct waiter *w = (struct waiter *)pending;
	struct flight *f = w->flight;

	waiter_leave(w);
	turn_cancel(w->source->courier->turn, &w->later);
	free(w);
	if (f && !f->waiters)
		flight_free(f);
}

static void on_told(void *arg);

static struct waiter *
waiter_new(struct ocsp_source *s, on_revocation *done, void *arg)
{
	struct waiter *w = calloc(1, sizeof(*w));

	if (!w)
		abort();
	*w = (struct waiter){
		.pending = { waiter_cancel },
		.source = s,
		.later = { .run = on_told, .arg = w },
		.done = done,
		.arg = arg,
	};
	return w;
}

static void
tell(struct waiter *w, const struct revocation_answer *answer, bool fresh)
{
	w->answer = *answer;
	w->answer.source = w->source->source.name;
	w->answer.kind = REVOCATION_BY_OCSP;
	w->answer.fresh = fresh;
	w->flight = NULL;
	waiter_place(w, &w->source->told);
	turn_later(w->source->courier->turn, &w->later);
}

/* The callback may do anything, even free the source: nothing is touched after it. */
static void
on_told(void *arg)
{
	struct waiter *w = arg;
	struct revocation_answer answer = w->answer;
	on_revocation *done = w->done;
	void *asker = w->arg;

	waiter_leave(w);
	free(w);
	done(asker, &answer);
}

/* Where to ask. */

/* "http://host/…" of a configured host: its text as it stands in the settings, so a port must stand there too. */
static bool
leads_to(struct span uri, const char *host)
{
	struct span rest = uri, authority;

	for (size_t i = 0; i < uri.size; i++)
		if (uri.data[i] <= ' ' || uri.data[i] > '~')
			return false;
	if (uri.size > COURIER_URL || !(span_starts(uri, "http://") || span_starts(uri, "https://")))
		return false;
	rest = span_skip(uri, span_starts(uri, "https://") ? strlen("https://") : strlen("http://"));
	authority = span_cut(&rest, '/');
	return span_equal_nocase(authority, span_text(host));
}

static const char *
find_url(struct arena *a, const struct ocsp_source *s, const struct x509 *certificate)
{
	struct span uri;

	if (s->settings.url)
		return s->settings.url;
	for (size_t n = 0; (uri = x509_access_uri(certificate, access_ocsp, n)).size; n++)
		for (size_t i = 0; i < s->settings.host_count; i++)
			if (leads_to(uri, s->settings.hosts[i]))
				return arena_text(a, uri);
	return NULL;
}

/* Asking. */

static struct span
nonce_of(const struct ocsp_source *s, const struct flight *f)
{
	return span_of(f->nonce, s->settings.rules.nonce == OCSP_NONCE_OFF ? 0 : sizeof(f->nonce));
}

/* What has been read once is read again the same. */
static void
copy_certificates(struct flight *f, const struct x509 *certificate, const struct x509 *issuer)
{
	struct span first = certificate->der, second = issuer->der;
	struct problem why;
	enum err err;

	f->bytes = malloc(first.size + second.size);
	if (!f->bytes)
		abort();
	memcpy(f->bytes, first.data, first.size);
	memcpy(f->bytes + first.size, second.data, second.size);
	err = x509_read(span_of(f->bytes, first.size), &f->certificate, &why);
	assert(err == OK);
	err = x509_read(span_of(f->bytes + first.size, second.size), &f->issuer, &why);
	assert(err == OK);
	(void)err;
}

static on_delivered on_response;

static struct flight *
flight_new(struct ocsp_source *s, const uint8_t *key, const struct revocation_question *question, const char *url)
{
	struct flight *f = calloc(1, sizeof(*f));
	struct buffer request = buffer_init(2 * KIB);

	if (!f)
		abort();
	*f = (struct flight){
		.source = s, .next = s->flights, .to_here = &s->flights, .asked = question->now,
		.began = clock_monotonic(),
	};
	memcpy(f->key, key, ANSWER_KEY);
	if (f->next)
		f->next->to_here = &f->next;
	s->flights = f;
	copy_certificates(f, &question->certificate->x509, &question->certificate->issuer->certificate);
	random_bytes(f->nonce, sizeof(f->nonce));
	ocsp_request_write(&request, &f->certificate, &f->issuer, &s->settings.rules, nonce_of(s, f));
	f->post = courier_send(s->courier,
	    &(struct courier_post){
		.url = url,
		.content_type = "application/ocsp-request",
		.accept = "application/ocsp-response",
		.body = buffer_span(&request),
		.limit = OCSP_RESPONSE_LARGEST,
		.time = s->settings.time,
	    },
	    on_response, f);
	buffer_release(&request);
	return f;
}

static void
tell_all(struct flight *f, const struct revocation_answer *answer)
{
	bool fresh = answer->status != REVOCATION_UNAVAILABLE;
	struct waiter *w;

	/* One request was made: one of them is charged for it, if it was answered. */
	while ((w = f->waiters)) {
		waiter_leave(w);
		tell(w, answer, fresh);
		fresh = false;
	}
	flight_free(f);
}

/* What was revoked stays so, but for what may pass or was let go (RFC 5280 s5.3.1: certificateHold, removeFromCRL). A
 * responder that tells no reason, or that there is none to tell, does not say that it was not put on hold. */
static bool
revoked_for_good(const struct revocation_answer *answer)
{
	enum { UNSPECIFIED = 0, CERTIFICATE_HOLD = 6, REMOVE_FROM_CRL = 8 };

	return answer->status == REVOCATION_REVOKED && answer->reason > UNSPECIFIED &&
	    answer->reason != CERTIFICATE_HOLD && answer->reason != REMOVE_FROM_CRL;
}

static void
keep(struct ocsp_source *s, const struct flight *f, const struct revocation_answer *answer)
{
	struct instant until = instant_after(answer->asked_at, s->settings.cache);

	if (answer->next_update.us && instant_before(answer->next_update, until))
		until = answer->next_update;
	if (revoked_for_good(answer))
		until = f->certificate.not_after;
	if (s->settings.cache && (answer->status == REVOCATION_GOOD || answer->status == REVOCATION_REVOKED))
		answer_cache_put(s->cache, f->key, answer, until);
}

static void
on_response(void *arg, enum err err, int status, struct span body, const struct problem *why)
{
	struct flight *f = arg;
	struct ocsp_source *s = f->source;
	struct revocation_answer answer;

	f->post = NULL;
	if (err != OK)
		revocation_answer_set(&answer, REVOCATION_UNAVAILABLE, "%s", why->text);
	else if (status != 200)
		revocation_answer_set(
		    &answer, REVOCATION_UNAVAILABLE, "the responder answered with HTTP status %d", status);
	else
		ocsp_response_judge(body, &f->certificate, &f->issuer, &s->settings.rules, nonce_of(s, f),
		    instant_after(f->asked, clock_monotonic() - f->began), &answer);
	answer.asked_at = f->asked;
	keep(s, f, &answer);
	tell_all(f, &answer);
}

static struct flight *
flight_find(const struct ocsp_source *s, const uint8_t *key)
{
	struct flight *f = s->flights;

	while (f && memcmp(f->key, key, ANSWER_KEY) != 0)
		f = f->next;
	return f;
}

static struct pending *
ask(struct revocation_source *source, const struct revocation_question *question, on_revocation *done, void *arg)
{
	struct ocsp_source *s = (struct ocsp_source *)source;
	const struct jpki_certificate *certificate = question->certificate;
	const struct span whose[] = { certificate->x509.der, question->party }; /* DER tells its own end */
	struct waiter *w = waiter_new(s, done, arg);
	struct arena a = arena_init(2 * COURIER_URL + KIB);
	const struct revocation_answer *cached;
	struct revocation_answer answer;
	uint8_t key[ANSWER_KEY];
	const char *url;

	assert(certificate->issuer);
	digest_pieces(DIGEST_SHA256, whose, COUNT(whose), key);
	cached = answer_cache_find(s->cache, key, question->now);
	w->flight = flight_find(s, key);
	if (cached) {
		tell(w, cached, false);
	} else if (w->flight) {
		waiter_place(w, &w->flight->waiters);
	} else if ((url = find_url(&a, s, &certificate->x509))) {
		w->flight = flight_new(s, key, question, url);
		waiter_place(w, &w->flight->waiters);
	} else {
		revocation_answer_set(&answer, REVOCATION_UNAVAILABLE,
		    "the certificate names no responder that the configuration knows");
		answer.asked_at = question->now;
		tell(w, &answer, false);
	}
	arena_release(&a);
	return &w->pending;
}

/* Of several who wait for one request the last to go has had it made. */
static bool
sent(const struct pending *pending)
{
	const struct waiter *w = (const struct waiter *)pending;

	return w->flight ? w->flight->waiters == w && !w->next : w->answer.fresh;
}

/* The source. */

static void
keep_answers(struct revocation_source *source, bool anything)
{
	struct ocsp_source *s = (struct ocsp_source *)source;

	if (anything)
		answer_cache_open(s->cache);
	else
		answer_cache_close(s->cache);
}

static void
source_free(struct revocation_source *source)
{
	struct ocsp_source *s = (struct ocsp_source *)source;

	while (s->flights)
		waiter_cancel(&s->flights->waiters->pending);
	while (s->told)
		waiter_cancel(&s->told->pending);
	answer_cache_free(s->cache);
	arena_release(&s->arena);
	free(s);
}

static const char *
copied(struct arena *a, const char *text)
{
	return text ? arena_text(a, span_text(text)) : NULL;
}

static void
copy_settings(struct ocsp_source *s, const struct ocsp_settings *from)
{
	struct arena *a = &s->arena;
	const char **hosts = arena_array(a, const char *, from->host_count);
	struct span *responders = arena_array(a, struct span, from->rules.responder_count);

	s->settings = *from;
	s->settings.name = copied(a, from->name);
	s->settings.url = copied(a, from->url);
	for (size_t i = 0; i < from->host_count; i++)
		hosts[i] = copied(a, from->hosts[i]);
	for (size_t i = 0; i < from->rules.responder_count; i++)
		responders[i] = arena_copy(a, from->rules.responders[i]);
	s->settings.hosts = hosts;
	s->settings.rules.responders = responders;
}

struct revocation_source *
ocsp_source_new(struct courier *courier, const struct ocsp_settings *settings)
{
	struct ocsp_source *s = calloc(1, sizeof(*s));

	if (!s)
		abort();
	s->courier = courier;
	s->arena = arena_init(SETTINGS_LARGEST);
	copy_settings(s, settings);
	s->cache = answer_cache_new(settings->cache ? settings->cached : 0);
	s->source = (struct revocation_source){
		.name = s->settings.name, .kind = REVOCATION_BY_OCSP, .ask = ask, .sent = sent, .keep = keep_answers,
		.free = source_free,
	};
	return &s->source;
}
