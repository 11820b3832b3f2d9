/* net/fetch.c - fetching from outside: every connection passes the guard.
 *
 * Callbacks run from the turn queue only (net/transfer_loop.h), so one may start, cancel and free.
 */
#include "net/fetch.h"

#include <assert.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "net/transfer_loop.h"

#define MOST_FIELD_BYTES ((size_t)(64 * KIB)) /* of the header fields of one answer */

struct transfer {
	struct pending pending;
	struct fetcher *fetcher;
	struct transfer *next, **to_here;
	CURL *easy;
	struct curl_slist *fields;
	struct buffer body;
	size_t limit, field_bytes;
	unsigned redirects;
	int64_t time;
	char *shown;                     /* the URL without its query, for sentences */
	char *etag, *content_type;       /* once done */
	char said[CURL_ERROR_SIZE];
	bool asked;                      /* a request was sent; field_bytes are of its answer */
	bool denied, downgraded, secure; /* secure: some hop was https: */
	struct address where;            /* was denied */
	on_fetched *done;
	void *arg;
};

struct fetcher {
	struct fetcher_settings settings;
	char *authorities;
	struct transfer_loop *loop;
	struct transfer *transfers;
};

/* The guard */

static bool
is_allowed(const struct fetcher *f, const struct address *address)
{
	return !address_is_internal(address) || address_set_has(f->settings.internal, address);
}

/* libcurl is about to connect to this very address, whatever a name said before: the first hop or a redirect's. */
static curl_socket_t
on_open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *to)
{
	struct transfer *t = arg;
	struct address address = address_of(&to->addr);

	if (purpose == CURLSOCKTYPE_IPCXN && is_allowed(t->fetcher, &address))
		return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
	t->denied = true;
	t->where = address;
	return CURL_SOCKET_BAD;
}

/* Before each request, on new connections and kept ones: the peer once more, and that what was once under TLS does not
 * leave it. */
static int
on_before_request(void *arg, char *peer, char *own, int peer_port, int own_port)
{
	struct transfer *t = arg;
	struct address address = { 0 };
	char *scheme = NULL;
	bool secure;

	(void)own;
	(void)peer_port;
	(void)own_port;
	curl_easy_getinfo(t->easy, CURLINFO_SCHEME, &scheme);
	secure = scheme && span_equal_nocase(span_text(scheme), span_text("https"));
	t->downgraded = t->secure && !secure;
	t->secure |= secure;
	t->denied = !address_read(span_text(peer), &address) || !is_allowed(t->fetcher, &address);
	t->where = address;
	t->asked = true;
	t->field_bytes = 0;
	return t->denied || t->downgraded ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

/* The answer */

static size_t
on_body(char *data, size_t size, size_t count, void *arg)
{
	struct transfer *t = arg;

	/* Decoded bytes: what is small on the wire cannot become large here. */
	buffer_add(&t->body, span_of(data, size * count));
	return t->body.overflowed ? 0 : size * count;
}

static size_t
on_field(char *data, size_t size, size_t count, void *arg)
{
	struct transfer *t = arg;

	(void)data;
	t->field_bytes += size * count;
	return t->field_bytes > MOST_FIELD_BYTES ? 0 : size * count;
}

/* Ending */

/* Out of the fetcher, so that freeing that leaves it alone; libcurl is done with it, too. */
static void
transfer_leave(struct transfer *t)
{
	transfer_loop_remove(t->fetcher->loop, t->easy);
	curl_easy_cleanup(t->easy);
	*t->to_here = t->next;
	if (t->next)
		t->next->to_here = t->to_here;
}

static void
transfer_free(struct transfer *t)
{
	curl_slist_free_all(t->fields);
	buffer_release(&t->body);
	free(t->etag);
	free(t->content_type);
	free(t->shown);
	free(t);
}

static void
cancel_transfer(struct pending *pending)
{
	struct transfer *t = (struct transfer *)pending;

	transfer_leave(t);
	transfer_free(t);
}

static void
cancel_nothing(struct pending *pending)
{
	(void)pending;
}

static enum err
explain(const struct transfer *t, CURLcode result, struct problem *why)
{
	char text[ADDRESS_TEXT], time[INSTANT_TEXT];

	if (result == CURLE_OK)
		return OK;
	if (t->denied)
		return problem_set(
		    why, ERR_DENIED, "", "%s: %s is an internal address", t->shown, address_text(&t->where, text));
	if (t->downgraded)
		return problem_set(why, ERR_DENIED, "", "%s: redirected from https: to http:", t->shown);
	if (t->body.overflowed || result == CURLE_FILESIZE_EXCEEDED)
		return problem_set(
		    why, ERR_LIMIT, "", "%s: expected at most %zu bytes, found more", t->shown, t->limit);
	if (t->field_bytes > MOST_FIELD_BYTES)
		return problem_set(why, ERR_LIMIT, "", "%s: expected at most %zu bytes of header fields, found more",
		    t->shown, MOST_FIELD_BYTES);
	switch (result) {
	case CURLE_URL_MALFORMAT:
		return problem_set(why, ERR_INVALID, "RFC 3986", "%s: expected a URL", t->shown);
	case CURLE_UNSUPPORTED_PROTOCOL:
		if (t->asked && t->field_bytes == 0)
			return problem_set(
			    why, ERR_UNAVAILABLE, "RFC 9112 s2", "%s: expected HTTP, found something else", t->shown);
		return problem_set(why, ERR_DENIED, "", "%s: only %s fetched", t->shown,
		    t->fetcher->settings.plain_http ? "https: and http: are" : "https: is");
	case CURLE_LOGIN_DENIED:
		return problem_set(why, ERR_DENIED, "", "%s: expected no user in a URL, found one", t->shown);
	case CURLE_TOO_MANY_REDIRECTS:
		return problem_set(
		    why, ERR_LIMIT, "", "%s: expected at most %u redirects, found more", t->shown, t->redirects);
	case CURLE_OPERATION_TIMEDOUT:
		return problem_set(why, ERR_UNAVAILABLE, "", "%s: no whole answer within %s", t->shown,
		    t->time < SECONDS(1) ? "a second" : duration_text(t->time, time));
	default:
		return problem_set(why, ERR_UNAVAILABLE, "", "%s: %s", t->shown,
		    t->said[0] ? t->said : curl_easy_strerror(result));
	}
}

static char *
copy(const char *text)
{
	char *copied = strdup(text ? text : "");

	if (!copied)
		abort();
	return copied;
}

/* What the callback gets, as long as libcurl still knows it. */
static struct fetched
gather(struct transfer *t)
{
	struct curl_header *etag;
	char *content_type = NULL;
	long status = 0;

	curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(t->easy, CURLINFO_CONTENT_TYPE, &content_type);
	t->content_type = copy(content_type);
	t->etag = copy(curl_easy_header(t->easy, "etag", 0, CURLH_HEADER, -1, &etag) == CURLHE_OK ? etag->value : NULL);
	return (struct fetched){
		.status = (int)status, .body = buffer_span(&t->body), .body_buffer = &t->body, .etag = t->etag,
		.content_type = t->content_type,
	};
}

/* The callback may free the fetcher. */
static void
on_finished(void *arg, CURL *easy, CURLcode result)
{
	struct problem why = { 0 };
	struct transfer *t = NULL;
	struct fetched fetched;
	enum err err;

	(void)arg;
	curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&t);
	err = explain(t, result, &why);
	fetched = gather(t);
	transfer_leave(t);
	t->pending.cancel = cancel_nothing;
	t->done(t->arg, err, err == OK ? &fetched : NULL, &why);
	transfer_free(t);
}

struct fetcher *
fetcher_new(struct loop *loop, const struct fetcher_settings *settings)
{
	struct fetcher *f = calloc(1, sizeof(*f));

	if (!f)
		abort();
	f->settings = *settings;
	f->authorities = settings->authorities ? copy(settings->authorities) : NULL;
	f->loop = transfer_loop_new(loop, settings->at_once, on_finished, f);
	return f;
}

void
fetcher_free(struct fetcher *f)
{
	if (!f)
		return;
	while (f->transfers)
		cancel_transfer(&f->transfers->pending);
	transfer_loop_free(f->loop);
	free(f->authorities);
	free(f);
}

/* Starting */

static void
add_field(struct transfer *t, const char *name, const char *value)
{
	struct buffer b = buffer_init(MOST_FIELD_BYTES);

	/* A line break would begin a field of the value's own. */
	assert(!strpbrk(value, "\r\n"));
	buffer_print(&b, "%s: %s", name, value);
	buffer_byte(&b, '\0');
	assert(!b.overflowed);
	t->fields = curl_slist_append(t->fields, (const char *)b.data);
	if (!t->fields)
		abort();
	buffer_release(&b);
}

static void
set_request(struct transfer *t, const struct fetch *fetch)
{
	CURL *easy = t->easy;

	if (fetch->if_none_match)
		add_field(t, "If-None-Match", fetch->if_none_match);
	if (fetch->accept)
		add_field(t, "Accept", fetch->accept);
	if (fetch->authorization)
		add_field(t, "Authorization", fetch->authorization);
	for (size_t i = 0; i < fetch->field_count; i++)
		add_field(t, fetch->fields[i].name, fetch->fields[i].value);
	if (fetch->post.size) {
		add_field(t, "Content-Type", fetch->content_type);
		/* Without a value libcurl leaves its own `Expect: 100-continue` away. */
		t->fields = curl_slist_append(t->fields, "Expect:");
		curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)fetch->post.size);
		curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, fetch->post.data);
	}
	curl_easy_setopt(easy, CURLOPT_URL, fetch->url);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, t->fields);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, "watashi");
	curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip");
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, fetch->redirects ? 1L : 0L);
	curl_easy_setopt(easy, CURLOPT_MAXREDIRS, (long)fetch->redirects);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)(fetch->time / 1000 ? fetch->time / 1000 : 1));
	curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)fetch->limit);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
}

static void
set_guard(struct transfer *t)
{
	const char *protocols = t->fetcher->settings.plain_http ? "https,http" : "https";
	CURL *easy = t->easy;

	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, protocols);
	curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, protocols);
	/* Not even a proxy of the environment: it would be connected to in place of what the guard is to see. */
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
	curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	if (t->fetcher->authorities) {
		curl_easy_setopt(easy, CURLOPT_CAINFO, t->fetcher->authorities);
		curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
	}
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, t);
	curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_before_request);
	curl_easy_setopt(easy, CURLOPT_PREREQDATA, t);
}

struct pending *
fetch_start(struct fetcher *f, const struct fetch *fetch, on_fetched *done, void *arg)
{
	struct transfer *t = calloc(1, sizeof(*t));

	assert(fetch->limit > 0 && fetch->time > 0);
	assert(!fetch->authorization || fetch->redirects == 0);
	if (!t)
		abort();
	t->pending.cancel = cancel_transfer;
	t->fetcher = f;
	t->body = buffer_init(fetch->limit);
	t->limit = fetch->limit;
	t->redirects = fetch->redirects;
	t->time = fetch->time;
	t->shown = strndup(fetch->url, strcspn(fetch->url, "?#"));
	t->done = done;
	t->arg = arg;
	t->easy = curl_easy_init();
	if (!t->easy || !t->shown)
		abort();
	curl_easy_setopt(t->easy, CURLOPT_PRIVATE, t);
	curl_easy_setopt(t->easy, CURLOPT_ERRORBUFFER, t->said);
	curl_easy_setopt(t->easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(t->easy, CURLOPT_WRITEDATA, t);
	curl_easy_setopt(t->easy, CURLOPT_HEADERFUNCTION, on_field);
	curl_easy_setopt(t->easy, CURLOPT_HEADERDATA, t);
	set_request(t, fetch);
	set_guard(t);
	t->next = f->transfers;
	t->to_here = &f->transfers;
	if (t->next)
		t->next->to_here = &t->next;
	f->transfers = t;
	transfer_loop_add(f->loop, t->easy);
	return &t->pending;
}
