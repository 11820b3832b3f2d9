/* tools/ctl/web.c - one HTTP request by libcurl and the bytes that come back. */
#include "ctl/web.h"

#include <curl/curl.h>
#include <stdlib.h>

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

static size_t
on_bytes(char *data, size_t size, size_t count, void *arg)
{
	struct buffer *b = arg;

	buffer_add(b, span_of(data, size * count));
	return b->overflowed ? 0 : size * count;
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

static void
set_up(struct web *w, const struct web_request *q, struct buffer *body)
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
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_bytes);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, body);
	if (q->socket) {
		curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, q->socket);
		curl_easy_setopt(curl, CURLOPT_PROXY, "");
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
	CURLcode code;

	*out = (struct web_answer){ .nobody = false };
	if (q->field)
		fields = curl_slist_append(fields, q->field);
	set_up(w, q, body);
	curl_easy_setopt(w->curl, CURLOPT_HTTPHEADER, fields);
	code = curl_easy_perform(w->curl);
	curl_easy_getinfo(w->curl, CURLINFO_RESPONSE_CODE, &out->status);
	curl_slist_free_all(fields);
	out->nobody = code == CURLE_COULDNT_CONNECT;
	if (q->progress)
		progress_end();
	if (body->overflowed)
		return problem_set(why, ERR_LIMIT, "", "expected at most %zu bytes, found more", body->limit);
	if (code != CURLE_OK)
		return problem_set(why, ERR_UNAVAILABLE, "", "%s",
		    w->said[0] ? w->said : curl_easy_strerror(code));
	return OK;
}
