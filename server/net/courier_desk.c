/* net/courier_desk.c - the end of couriers' links at the process that may fetch.
 *
 *     asked -> one of our addresses? -> fetched -> answered
 *
 * A link that breaks the form is closed; its process gets another (daemon/links.h).
 */
#include <stdlib.h>
#include <strings.h>
#include <unistd.h>

#include "base/log.h"
#include "net/courier_wire.h"

#define LINKS 1024
#define ARENA (4 * COURIER_REQUEST_LARGEST)
#define WAITING (16 * MIB)

struct link;

struct errand {
	struct link *link;
	struct errand *next, **to_here;
	struct pending *pending;
	uint64_t id;
};

struct link {
	struct courier_desk *desk;
	struct link *next, **to_here;
	struct channel *channel;
	struct errand *errands;
	size_t count;
};

struct courier_desk {
	struct loop *loop;
	struct courier *courier; /* direct */
	char **urls;
	size_t url_count;
	struct link *links;
	size_t link_count;
};

struct courier_desk *
courier_desk_new(struct loop *loop, struct fetcher *fetcher, const char *const *urls, size_t url_count)
{
	struct courier_desk *d = calloc(1, sizeof(*d));

	if (!d)
		abort();
	d->loop = loop;
	d->courier = courier_direct(loop, fetcher);
	d->urls = calloc(url_count + 1, sizeof(*d->urls));
	if (!d->urls)
		abort();
	for (; d->url_count < url_count; d->url_count++) {
		d->urls[d->url_count] = strdup(urls[d->url_count]);
		if (!d->urls[d->url_count])
			abort();
	}
	return d;
}

static void
errand_free(struct errand *e)
{
	pending_cancel(&e->pending);
	*e->to_here = e->next;
	if (e->next)
		e->next->to_here = e->to_here;
	e->link->count--;
	free(e);
}

static void
link_free(struct link *l)
{
	while (l->errands)
		errand_free(l->errands);
	channel_free(l->channel);
	*l->to_here = l->next;
	if (l->next)
		l->next->to_here = l->to_here;
	l->desk->link_count--;
	free(l);
}

void
courier_desk_free(struct courier_desk *d)
{
	if (!d)
		return;
	while (d->links)
		link_free(d->links);
	courier_free(d->courier);
	for (size_t i = 0; i < d->url_count; i++)
		free(d->urls[i]);
	free(d->urls);
	free(d);
}

static on_message on_asked;
static on_channel_closed on_asker_gone;

void
courier_desk_link(struct courier_desk *d, int fd)
{
	static const struct channel_limits limits = { COURIER_REQUEST_LARGEST, WAITING };
	struct link *l;

	if (d->link_count == LINKS) {
		log_error("courier.too-many-links", "links=%d", LINKS);
		close(fd);
		return;
	}
	l = calloc(1, sizeof(*l));
	if (!l)
		abort();
	*l = (struct link){ .desk = d, .next = d->links, .to_here = &d->links };
	if (l->next)
		l->next->to_here = &l->next;
	d->links = l;
	d->link_count++;
	l->channel = channel_new(d->loop, fd, limits, on_asked, on_asker_gone, l);
}

/* "http://host" and "http://host:80" have no path: what follows in the URL must begin one. A dot segment stays within
 * that host, and letters are the same in either case (RFC 3986 s6.2.2.1). */
static bool
is_allowed(const struct courier_desk *d, const char *url)
{
	for (size_t i = 0; i < d->url_count; i++) {
		const char *allowed = d->urls[i], *authority = strstr(allowed, "://");
		bool whole_host = authority && !strchr(authority + strlen("://"), '/');
		size_t size = strlen(allowed);

		if (strcmp(url, allowed) == 0)
			return true;
		if (whole_host && strncasecmp(url, allowed, size) == 0 && (url[size] == '/' || url[size] == '\0'))
			return true;
	}
	return false;
}

/* A worker that does not read its answers loses its link, and asks for another. */
static void
reply(struct link *l, const struct courier_reply *answer)
{
	struct buffer b = buffer_init(COURIER_REPLY_LARGEST);
	bool posted;

	courier_reply_write(&b, answer);
	posted = channel_post(l->channel, buffer_span(&b)) == OK;
	buffer_release(&b);
	if (!posted) {
		log_warning("courier.unread", "action=%s", "closing the link");
		link_free(l);
	}
}

static on_delivered on_fetched_for;

static void
begin_errand(struct link *l, const struct courier_request *request)
{
	struct courier_reply refusal = { .id = request->id };
	struct errand *e;

	if (!is_allowed(l->desk, request->post.url)) {
		log_warning("courier.refused", "url=%s", LOG_TEXT(request->post.url));
		problem_set(&refusal.problem, ERR_DENIED, "", "the configuration names no such address");
		reply(l, &refusal);
		return;
	}
	if (l->count == COURIER_AT_ONCE) {
		problem_set(&refusal.problem, ERR_UNAVAILABLE, "", "too many questions wait for answers from outside");
		reply(l, &refusal);
		return;
	}
	e = calloc(1, sizeof(*e));
	if (!e)
		abort();
	*e = (struct errand){ .link = l, .next = l->errands, .to_here = &l->errands, .id = request->id };
	if (e->next)
		e->next->to_here = &e->next;
	l->errands = e;
	l->count++;
	e->pending = courier_send(l->desk->courier, &request->post, on_fetched_for, e);
}

static void
on_fetched_for(void *arg, enum err err, int status, struct span body, const struct problem *why)
{
	struct errand *e = arg;
	struct link *l = e->link;
	struct courier_reply answer = { .id = e->id, .status = status, .body = body };

	if (err != OK)
		answer.problem = *why;
	e->pending = NULL;
	errand_free(e);
	reply(l, &answer);
}

static void
cancel_errand(struct link *l, uint64_t id)
{
	for (struct errand *e = l->errands; e; e = e->next)
		if (e->id == id) {
			errand_free(e);
			return;
		}
}

static void
on_asked(void *arg, struct span message, int fd)
{
	struct arena a = arena_init(ARENA);
	struct link *l = arg;
	struct courier_request request;

	if (fd >= 0)
		close(fd);
	if (fd >= 0 || !courier_request_read(&a, message, &request)) {
		log_error("courier.broken-request", "bytes=%zu", message.size);
		link_free(l);
	} else if (request.verb == COURIER_ASK) {
		begin_errand(l, &request);
	} else {
		cancel_errand(l, request.id);
	}
	arena_release(&a);
}

static void
on_asker_gone(void *arg)
{
	link_free(arg);
}
