/* tools/ctl/client.h - asking the running daemon over its control socket (front/control/control.h). */
#pragma once

#include <jansson.h>

#include "ctl/command.h"
#include "daemon/config.h"

/* The daemon's configuration, for what works beside it. */
enum err ctl_config(struct ctl *, struct config *out, struct problem *why);

struct ctl_question {
	const char *path;         /* "/v1/control/status", query and all */
	bool post;
	struct span body;
	const char *content_type; /* of the body */
	const char *progress;     /* said while the body is sent and the answer awaited; may be NULL */
};

/* OK, which is in `why` too: `*answer` is the caller's to json_decref(). `absent` tells a daemon that does not run from
 * one that refuses. */
enum err ctl_ask(struct ctl *, const struct ctl_question *, json_t **answer, struct problem *why);

/* The members of an answer; what is not there is 0 or "". */
long long answer_number(const json_t *, const char *name);
const char *answer_text(const json_t *, const char *name);

/* For --json: one line on standard output. */
void answer_print(const json_t *);
