/* net/transfer_loop.c - libcurl's multi interface driven by the loop. */
#include "net/transfer_loop.h"

#include <assert.h>
#include <stdlib.h>

/* One socket of libcurl's. */
struct watcher {
	struct event *event;
	struct watcher *next, **to_here;
};

struct transfer_loop {
	struct loop *loop;
	CURLM *multi;
	struct timer timer;
	struct later reap;
	struct watcher *watchers;
	on_transferred *done;
	void *arg;
};

static void
run_curl(struct transfer_loop *l, curl_socket_t s, int what)
{
	int running;

	curl_multi_socket_action(l->multi, s, what, &running);
	turn_later(loop_turn(l->loop), &l->reap);
}

static void
on_ready(evutil_socket_t fd, short what, void *arg)
{
	run_curl(arg, fd, (what & EV_READ ? CURL_CSELECT_IN : 0) | (what & EV_WRITE ? CURL_CSELECT_OUT : 0));
}

static void
on_time(void *arg)
{
	run_curl(arg, CURL_SOCKET_TIMEOUT, 0);
}

static void
watcher_free(struct watcher *w)
{
	event_free(w->event);
	*w->to_here = w->next;
	if (w->next)
		w->next->to_here = w->to_here;
	free(w);
}

static int
on_socket_wanted(CURL *easy, curl_socket_t s, int what, void *arg, void *known)
{
	struct transfer_loop *l = arg;
	struct watcher *w = known;
	short events = EV_PERSIST;

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		if (w)
			watcher_free(w);
		return 0;
	}
	if (what & CURL_POLL_IN)
		events |= EV_READ;
	if (what & CURL_POLL_OUT)
		events |= EV_WRITE;
	if (w) {
		event_free(w->event);
	} else {
		w = calloc(1, sizeof(*w));
		if (!w)
			abort();
		w->next = l->watchers;
		w->to_here = &l->watchers;
		if (w->next)
			w->next->to_here = &w->next;
		l->watchers = w;
		curl_multi_assign(l->multi, s, w);
	}
	w->event = event_new(loop_base(l->loop), s, events, on_ready, l);
	if (!w->event || event_add(w->event, NULL))
		abort();
	return 0;
}

static int
on_timer_wanted(CURLM *multi, long ms, void *arg)
{
	struct transfer_loop *l = arg;

	(void)multi;
	if (ms < 0)
		timer_stop(&l->timer);
	else
		timer_set(&l->timer, (int64_t)ms * 1000);
	return 0;
}

/* Takes one finished transfer; its callback may free the loop. */
static void
reap_one(void *arg)
{
	struct transfer_loop *l = arg;
	const CURLMsg *message;
	CURLcode result;
	CURL *easy;
	int left;

	message = curl_multi_info_read(l->multi, &left);
	if (!message)
		return;
	assert(message->msg == CURLMSG_DONE);
	easy = message->easy_handle;
	result = message->data.result;
	if (left)
		turn_later(loop_turn(l->loop), &l->reap);
	l->done(l->arg, easy, result);
}

struct transfer_loop *
transfer_loop_new(struct loop *loop, unsigned at_once, on_transferred *done, void *arg)
{
	struct transfer_loop *l = calloc(1, sizeof(*l));
	long most = at_once ? (long)at_once : 1;

	if (!l || curl_global_init(CURL_GLOBAL_DEFAULT))
		abort();
	*l = (struct transfer_loop){ .loop = loop, .reap = { .run = reap_one, .arg = l }, .done = done, .arg = arg };
	timer_init(&l->timer, loop, on_time, l);
	l->multi = curl_multi_init();
	if (!l->multi)
		abort();
	curl_multi_setopt(l->multi, CURLMOPT_SOCKETFUNCTION, on_socket_wanted);
	curl_multi_setopt(l->multi, CURLMOPT_SOCKETDATA, l);
	curl_multi_setopt(l->multi, CURLMOPT_TIMERFUNCTION, on_timer_wanted);
	curl_multi_setopt(l->multi, CURLMOPT_TIMERDATA, l);
	curl_multi_setopt(l->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, most);
	curl_multi_setopt(l->multi, CURLMOPT_MAXCONNECTS, most);
	return l;
}

void
transfer_loop_free(struct transfer_loop *l)
{
	if (!l)
		return;
	turn_cancel(loop_turn(l->loop), &l->reap);
	curl_multi_setopt(l->multi, CURLMOPT_SOCKETFUNCTION, NULL);
	curl_multi_setopt(l->multi, CURLMOPT_TIMERFUNCTION, NULL);
	while (l->watchers)
		watcher_free(l->watchers);
	timer_release(&l->timer);
	curl_multi_cleanup(l->multi);
	curl_global_cleanup();
	free(l);
}

void
transfer_loop_add(struct transfer_loop *l, CURL *easy)
{
	if (curl_multi_add_handle(l->multi, easy))
		abort();
}

void
transfer_loop_remove(struct transfer_loop *l, CURL *easy)
{
	curl_multi_remove_handle(l->multi, easy);
}
