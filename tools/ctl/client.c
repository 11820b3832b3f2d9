/* tools/ctl/client.c - one question to the daemon over the control socket, and its answer as JSON. */
#include "ctl/client.h"

#include <errno.h>
#include <libgen.h>
#include <pwd.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "ctl/web.h"

#define ANSWER_LARGEST (64 * MIB)
#define CONFIG_LARGEST (16 * MIB) /* as the daemon has for it */
#define WAIT_AT_MOST (30 * 60L) /* seconds: publishing a large federation with slow keys takes its time */

enum err
ctl_config(struct ctl *ctl, struct config *out, struct problem *why)
{
	enum err err = config_read(ctl->arena, ctl->config, out, why);

	return err != OK && ctl->socket ?
	    problem_within(why, "this command reads the configuration too; -c says which") :
	    err;
}

/* Who may be the daemon: root, this user, and whom the configuration says: it became /user, or was started as the user
 * who owns the directory that it runs in. An operator who may not read the configuration named a socket: whoever
 * listens there must at least be the only one who can put a socket there. */
struct daemon_users {
	unsigned ids[4];
	size_t count;
};

static void
users_find(struct arena *a, const struct config *config, const char *socket, struct daemon_users *out)
{
	const struct passwd *account = config && config->user ? getpwnam(config->user) : NULL;
	const char *place = config ? config->run : dirname(arena_text(a, span_text(socket)));
	struct stat at;

	*out = (struct daemon_users){ .ids = { 0, geteuid() }, .count = 2 };
	if (account)
		out->ids[out->count++] = account->pw_uid;
	if (stat(place, &at) == 0 && (config || !(at.st_mode & (S_IWGRP | S_IWOTH))))
		out->ids[out->count++] = at.st_uid;
}

static enum err
socket_find(struct ctl *ctl, struct daemon_users *users, struct problem *why)
{
	struct arena arena = arena_init(CONFIG_LARGEST); /* it is asked for each question */
	struct ctl reading = *ctl;
	struct config config;
	enum err err;

	reading.arena = &arena;
	err = ctl_config(&reading, &config, why);
	if (err == OK && !ctl->socket)
		ctl->socket = arena_text(ctl->arena, span_text(config.control.socket));
	if (ctl->socket)
		users_find(&arena, err == OK ? &config : NULL, ctl->socket, users);
	arena_release(&arena);
	if (!ctl->socket) {
		/* The daemon may be running by what the file said before. */
		fputs("watashictl: which socket the daemon has is not known; -s SOCKET tells, whatever the "
		      "configuration says now\n",
		    stderr);
		return err;
	}
	if (access(ctl->socket, R_OK | W_OK) == 0)
		return OK;
	ctl->absent = errno == ENOENT;
	if (ctl->absent)
		return problem_set(why, ERR_UNAVAILABLE, "", "%s is not there: is watashid running?", ctl->socket);
	return problem_errno(why, errno, "%s cannot be used", ctl->socket);
}

static enum err
code_read(const char *word)
{
	for (enum err code = OK; code <= ERR_GONE; code++)
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
	struct web_request request = {
		.url = arena_print(ctl->arena, "http://localhost%s", q->path),
		.field = arena_print(ctl->arena, "Content-Type: %s", q->content_type ? q->content_type : ""),
		.post = q->post,
		.body = q->body,
		.wait = WAIT_AT_MOST,
		.progress = q->progress,
	};
	struct daemon_users users = { .count = 0 };
	struct web *web;
	struct web_answer got;
	enum err err;

	*answer = NULL;
	ctl->absent = false;
	if (socket_find(ctl, &users, why) != OK)
		return why->code;
	request.socket = ctl->socket;
	request.users = users.ids;
	request.user_count = users.count;
	web = web_new();
	err = web_ask(web, &request, &got, &body, why);
	web_free(web);
	ctl->absent = got.nobody;
	if (ctl->absent)
		err = problem_set(why, ERR_UNAVAILABLE, "", "nobody answers at %s: is watashid running?", ctl->socket);
	else if (got.stranger)
		err = problem_set(why, ERR_DENIED, "",
		    "user %u listens at %s; expected root, the daemon's user or the one you are; nothing was sent",
		    got.user, ctl->socket);
	else if (err != OK)
		problem_within(why, "the daemon at %s", ctl->socket);
	else
		err = answer_read(&body, got.status, answer, why);
	buffer_release(&body);
	return why->code = err;
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
