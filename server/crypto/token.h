/* crypto/token.h - finding a token and a session on it, by URI; private to this room.
 *
 *     token_open -> (token_session_renew …) -> token_close
 *
 * Cryptoki is spoken through p11-kit: the URI's module-path, or every module p11-kit is configured with.
 */
#pragma once

#include <p11-kit/p11-kit.h>
#include <p11-kit/uri.h>

#include "base/problem.h"
#include "base/span.h"

struct token {
	P11KitUri *uri;
	CK_FUNCTION_LIST **modules; /* ended by NULL; initialized */
	/* `modules` when there is one, loaded by path and not from p11-kit's configuration */
	CK_FUNCTION_LIST *named[2];
	CK_FUNCTION_LIST *module;   /* the one that has the token */
	CK_SESSION_HANDLE session;  /* 0: none */
	char label[33];
	struct span pin;            /* kept: a session opened anew wants it when privileges are gone */
};

/* Checks the URI, loads the modules, finds the one token meant, opens a session, logs in. On failure all is closed. */
enum err token_open(struct token *, const char *uri, bool writable, struct problem *why);
/* The session is gone, perhaps the token was too: looks for it again and logs in. */
enum err token_session_renew(struct token *, struct problem *why);
/* Then only token_session_renew() gives one again. */
void token_session_close(struct token *);
void token_close(struct token *);

/* What the token said, as a problem. */
enum err token_problem(const struct token *, CK_RV, const char *doing, struct problem *why);
