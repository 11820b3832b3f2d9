/* http/oauth_error.h - refusing, and answering, as OAuth does (RFC 6749 s5): its own JSON in the place of problem
 * details, and never kept by a cache.
 *
 *     {"error":"invalid_grant","error_description":"the code has expired"}
 */
#pragma once

#include "base/buffer.h"
#include "http/exchange.h"

/* What a description may hold: printable ASCII but for '"' and '\' (RFC 6749 s5.2); other characters become '?'. */
void oauth_write_description(struct buffer *, struct span);

/* `error` is a word of OAuth's. `fields`: more lines of the answer's head, each ended by CRLF; or "". */
void oauth_refuse(struct exchange *, int status, const char *error, const char *fields, const struct problem *why);

/* What is not the asker's fault: temporarily_unavailable (503, and when to come again), or server_error (500). */
void oauth_refuse_failure(struct exchange *, enum err, const struct problem *why);

/* 200 with a JSON body; `fields` as above. */
void oauth_answer(struct exchange *, const char *fields, struct span json);
