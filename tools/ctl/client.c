/* tools/ctl/client.c - one question to the daemon by libcurl over the control socket, and its answer as JSON. */
#include "ctl/client.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "base/buffer.h"

#define ANSWER_LARGEST (64 * MIB)
#define WAIT_AT_MOST (30 * 60L) /* seconds: publishing a large federation with slow keys takes its time */

enum err
ctl_config(struct ctl *ctl, struct config *out, struct problem *why)
{
	enum err err = config_read(ctl->arena, ctl->config, out, why);

	return err != OK && ctl->socket ?
	    problem_within(why, "this command reads the configuration too; -c says which") :
	    err;
}

static enum err
socket_find(struct ctl *ctl, struct problem *why)
{
	struct config config;

	if (!ctl->socket) {
		/* The daemon may be running by what the file said before. */
		if (ctl_config(ctl, &config, why) != OK) {
			fputs("watashictl: which socket the daemon has is not known; -s SOCKET tells, whatever the "
			      "configuration says now\n",
			    stderr);
			return why->code;
		}
		ctl->socket = config.control.socket;
	}
	if (access(ctl->socket, R_OK | W_OK) == 0)
		return OK;
	ctl->absent = errno == ENOENT;
	if (ctl->absent)
		return problem_set(why, ERR_UNAVAILABLE, "", "%s is not there: is watashid running?", ctl->socket);
	return problem_errno(why, errno, "%s cannot be used", ctl->socket);
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

static enum err
code_read(const char *word)
{
	for (enum err code = OK; code <= ERR_CRYPTO; code++)
		if (strcmp(err_name(code), word) == 0)
			return code;
	return ERR_INVALID;
}

/* RFC 9457: what the daemon says was wrong. */
static enum err
details_read(const json_t *details, long status, struct problem *why)
{
	const char *detail = answer_text(details, "detail");

	if (!detail[0])
		return problem_set(why, ERR_INVALID, "RFC 9457 s3", "the daemon answered with status %ld", status);
	return problem_set(why, code_read(answer_text(details, "code")), answer_text(details, "clause"), "%s", detail);
}

static enum err
answer_read(struct buffer *body, long status, json_t **answer, struct problem *why)
{
	struct span text = buffer_span(body);
	json_error_t wrong;

	*answer = json_loadb((const char *)text.data, text.size, JSON_REJECT_DUPLICATES, &wrong);
	if (status >= 200 && status < 300 && *answer)
		return OK;
	if (status >= 200 && status < 300)
		return problem_set(why, ERR_SYNTAX, "RFC 8259", "the daemon's answer is no JSON: line %d: %s",
		    wrong.line, wrong.text);
	details_read(*answer, status, why);
	json_decref(*answer);
	*answer = NULL;
	return why->code;
}

enum err
ctl_ask(struct ctl *ctl, const struct ctl_question *q, json_t **answer, struct problem *why)
{
	struct buffer body = buffer_init(ANSWER_LARGEST);
	struct curl_slist *fields = NULL;
	CURL *curl;
	CURLcode code;
	long status = 0;

	*answer = NULL;
	ctl->absent = false;
	if (socket_find(ctl, why) != OK)
		return why->code;
	curl = curl_easy_init();
	if (!curl)
		return problem_set(why, ERR_IO, "", "libcurl could not be started");
	fields = curl_slist_append(fields,
	    arena_print(ctl->arena, "Content-Type: %s", q->content_type ? q->content_type : ""));
	fields = curl_slist_append(fields, "Expect:");
	curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, ctl->socket);
	curl_easy_setopt(curl, CURLOPT_URL, arena_print(ctl->arena, "http://localhost%s", q->path));
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, fields);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_bytes);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, &body);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, 10L);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, WAIT_AT_MOST);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	if (q->post) {
		curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)q->body.size);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, q->body.size ? (const char *)q->body.data : "");
	}
	if (q->progress) {
		curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
		curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
		curl_easy_setopt(curl, CURLOPT_XFERINFODATA, q->progress);
	}
	code = curl_easy_perform(curl);
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	if (q->progress)
		progress_end();
	curl_slist_free_all(fields);
	curl_easy_cleanup(curl);

	ctl->absent = code == CURLE_COULDNT_CONNECT;
	if (ctl->absent)
		problem_set(why, ERR_UNAVAILABLE, "", "nobody answers at %s: is watashid running?", ctl->socket);
	else if (code != CURLE_OK)
		problem_set(why, ERR_UNAVAILABLE, "", "the daemon at %s: %s", ctl->socket, curl_easy_strerror(code));
	else if (answer_read(&body, status, answer, why) == OK)
		why->code = OK;
	buffer_release(&body);
	return why->code;
}

long long
answer_number(const json_t *object, const char *name)
{
	return json_integer_value(json_object_get(object, name));
}

const char *
answer_text(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : "";
}

void
answer_print(const json_t *answer)
{
	json_dumpf(answer, stdout, JSON_COMPACT | JSON_REAL_PRECISION(17));
	putchar('\n');
}
