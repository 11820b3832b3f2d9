/* tools/ctl/web.c - one HTTP request by libcurl and the bytes that come back. */
#include "ctl/web.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "common/received.h"
#include "ctl/command.h"

#define WAIT_TO_CONNECT 10L /* seconds */

struct web {
	CURL *curl;
	char said[CURL_ERROR_SIZE];
};

struct web *
web_new(void)
{
	struct web *w = calloc(1, sizeof(*w));

	if (!w || !(w->curl = curl_easy_init()))
		abort();
	return w;
}

void
web_free(struct web *w)
{
	if (!w)
		return;
	curl_easy_cleanup(w->curl);
	free(w);
}

static int
on_progress(void *arg, curl_off_t to_come, curl_off_t come, curl_off_t to_go, curl_off_t gone)
{
	(void)to_come;
	(void)come;
	if (to_go > 0 && gone < to_go)
		progress_show(arg, (uint64_t)gone, (uint64_t)to_go);
	else
		progress_show(arg, 0, 0);
	return 0;
}

/* Who listens */

struct listener {
	const struct web_request *request;
	struct web_answer *answer;
	curl_socket_t fd;
};

static int
on_socket(void *arg, curl_socket_t fd, curlsocktype purpose)
{
	struct listener *l = arg;

	(void)purpose;
	l->fd = fd;
	return CURL_SOCKOPT_OK;
}

/* Connected, and nothing is sent yet. */
static int
on_connected(void *arg, char *to, char *from, int to_port, int from_port)
{
	struct listener *l = arg;
	struct ucred user;
	socklen_t size = sizeof(user);

	(void)to;
	(void)from;
	(void)to_port;
	(void)from_port;
	if (getsockopt(l->fd, SOL_SOCKET, SO_PEERCRED, &user, &size) != 0)
		return CURL_PREREQFUNC_ABORT;
	for (size_t i = 0; i < l->request->user_count; i++)
		if (l->request->users[i] == user.uid)
			return CURL_PREREQFUNC_OK;
	l->answer->stranger = true;
	l->answer->user = user.uid;
	return CURL_PREREQFUNC_ABORT;
}

static void
set_up(struct web *w, const struct web_request *q, struct listener *listener, struct buffer *body)
{
	CURL *curl = w->curl;

	/* Connections stay. */
	curl_easy_reset(curl);
	w->said[0] = '\0';
	curl_easy_setopt(curl, CURLOPT_URL, q->url);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https,http");
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(curl, CURLOPT_USERAGENT, "watashictl");
	curl_easy_setopt(curl, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, WAIT_TO_CONNECT);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, q->wait);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, w->said);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_received);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, body);
	if (q->socket) {
		curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, q->socket);
		curl_easy_setopt(curl, CURLOPT_PROXY, "");
		curl_easy_setopt(curl, CURLOPT_SOCKOPTFUNCTION, on_socket);
		curl_easy_setopt(curl, CURLOPT_SOCKOPTDATA, listener);
		curl_easy_setopt(curl, CURLOPT_PREREQFUNCTION, on_connected);
		curl_easy_setopt(curl, CURLOPT_PREREQDATA, listener);
		/* Who listened when it was made is not asked again. */
		curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, 1L);
		curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, 1L);
	}
	if (q->authorities) {
		curl_easy_setopt(curl, CURLOPT_CAINFO, q->authorities);
		curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
	}
	if (q->post) {
		curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)q->body.size);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, q->body.size ? (const char *)q->body.data : "");
	}
	if (q->progress) {
		curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
		curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
		curl_easy_setopt(curl, CURLOPT_XFERINFODATA, q->progress);
	}
}

enum err
web_ask(struct web *w, const struct web_request *q, struct web_answer *out, struct buffer *body, struct problem *why)
{
	/* A body goes at once: nobody is asked first whether it may. */
	struct curl_slist *fields = curl_slist_append(NULL, "Expect:");
	struct listener listener = { .request = q, .answer = out, .fd = CURL_SOCKET_BAD };
	CURLcode code;

	*out = (struct web_answer){ .nobody = false };
	if (q->field)
		fields = curl_slist_append(fields, q->field);
	set_up(w, q, &listener, body);
	curl_easy_setopt(w->curl, CURLOPT_HTTPHEADER, fields);
	code = curl_easy_perform(w->curl);
	curl_easy_getinfo(w->curl, CURLINFO_RESPONSE_CODE, &out->status);
	curl_slist_free_all(fields);
	out->nobody = code == CURLE_COULDNT_CONNECT;
	if (q->progress)
		progress_end();
	if (out->stranger)
		return problem_set(why, ERR_DENIED, "", "user %u listens there", out->user);
	if (body->overflowed)
		return problem_set(why, ERR_LIMIT, "", "expected at most %zu bytes, found more", body->limit);
	if (code != CURLE_OK)
		return problem_set(why, ERR_UNAVAILABLE, "", "%s",
		    w->said[0] ? w->said : curl_easy_strerror(code));
	return OK;
}
